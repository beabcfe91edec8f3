"""The step graph of a call script: what is said, what is asked, where each answer leads.

A script that reads without error can be walked from its start to an end whatever the person
answers; every step can be reached; nothing in it is misspelt.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

NODES_MAX = 500
ANSWERS_MAX = 50
TEXT_LENGTH_MAX = 2_000
WORD_LENGTH_MAX = 100
ANY_ANSWER = "*"

VARIABLE = re.compile(r"\{([a-z][a-z0-9_]{0,63})\}")
_BRACE = re.compile(r"[{}]")
_SCRIPT_KEYS = frozenset(("id", "lang", "domain", "title", "campaign", "start", "nodes"))
_NODE_KEYS = {
    "say": (frozenset(("id", "type", "text", "next")), frozenset(("purpose",))),
    "ask": (frozenset(("id", "type", "text", "answers")), frozenset(("purpose",))),
    "end": (frozenset(("id", "type")), frozenset(("outcome", "text", "purpose"))),
}
# What a script may say about the campaign it was written for; Takt reads `variables` of it.
_CAMPAIGN_KEYS = frozenset(
    (
        "voice",
        "robot_disclosed",
        "human_exit",
        "dial_mode",
        "max_retries",
        "retry_gap_hours",
        "answer_delay_s",
        "lead_source",
        "lead_level",
        "consent_on_file",
        "uses_contact_history",
        "variables",
    )
)

Node: TypeAlias = Mapping[str, Any]


class ScriptError(ValueError):
    """A script cannot be read; `path` says where (`nodes[3].answers[0].next`)."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path, self.why = path, why


@dataclass(frozen=True, slots=True)
class Script:
    """A script that was read and found walkable."""

    name: str
    title: str
    language: str
    variables: tuple[str, ...]  # Every variable its words use, sorted …
    required: tuple[str, ...]  # … and those without a declared fallback.
    hash: str  # SHA-256 of the canonical document.


def read_script(document: object) -> Script:
    """Read and check a script; raises ScriptError at the first thing that is wrong."""
    script = _mapping(document, "script")
    digest = script_hash(script)
    _check_keys(script, "script", _SCRIPT_KEYS - {"campaign", "domain"}, _SCRIPT_KEYS)
    name = _word(script["id"], "id")
    language = _word(script["lang"], "lang")
    title = _text(script["title"], "title", length_max=WORD_LENGTH_MAX * 2)
    if "domain" in script:
        _word(script["domain"], "domain")
    nodes = _nodes(script["nodes"])
    start = _word(script["start"], "start")
    if start not in nodes:
        raise ScriptError("start", f"no node has the id `{start}`")
    _check_edges(nodes)
    _check_walk(nodes, start)
    used = sorted(set(_variables(nodes)))
    fallbacks = _fallbacks(script.get("campaign", {}))
    required = tuple(variable for variable in used if fallbacks.get(variable) is None)
    return Script(name, title, language, tuple(used), required, digest)


def script_hash(document: Mapping[str, Any]) -> str:
    """Identify this exact script: the SHA-256 of its canonical document."""
    try:
        text = json.dumps(
            document, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
        written = text.encode()
    except ValueError:
        raise ScriptError("script", "has a number or a character that JSON cannot carry") from None
    if "\\u0000" in text:
        raise ScriptError("script", "has a NUL character")
    return hashlib.sha256(written).hexdigest()


def edges(node: Node) -> Iterator[tuple[str, str]]:
    """Give every way out of a node: where it is written, and which node it leads to."""
    if node["type"] == "say":
        yield "next", node["next"]
    for position, answer in enumerate(node.get("answers", ())):
        yield f"answers[{position}].next", answer["next"]


def _nodes(value: object) -> dict[str, Node]:
    """Read every node by its id, in order."""
    entries = _sequence(value, "nodes", length_max=NODES_MAX)
    nodes: dict[str, Node] = {}
    for position, entry in enumerate(entries):
        path = f"nodes[{position}]"
        node = _mapping(entry, path)
        kind = node.get("type")
        if not isinstance(kind, str) or kind not in _NODE_KEYS:
            raise ScriptError(f"{path}.type", "is none of say, ask, end")
        needed, optional = _NODE_KEYS[kind]
        _check_keys(node, path, needed, needed | optional)
        node_id = _word(node["id"], f"{path}.id")
        if node_id in nodes:
            raise ScriptError(f"{path}.id", f"`{node_id}` is the id of an earlier node")
        for key in ("next", "purpose", "outcome"):
            if key in node:
                _word(node[key], f"{path}.{key}")
        if "text" in node:
            _spoken(node["text"], f"{path}.text")
        if "answers" in node:
            _check_answers(node["answers"], f"{path}.answers")
        nodes[node_id] = node
    return nodes


def _check_answers(value: object, path: str) -> None:
    """Check that every answer leads somewhere, none twice, and any other answer is provided for."""
    answers = _sequence(value, path, length_max=ANSWERS_MAX)
    intents: set[str] = set()
    for position, entry in enumerate(answers):
        here = f"{path}[{position}]"
        answer = _mapping(entry, here)
        keys = frozenset(("intent", "next"))
        _check_keys(answer, here, keys, keys)
        intent = _word(answer["intent"], f"{here}.intent")
        _word(answer["next"], f"{here}.next")
        if intent in intents:
            raise ScriptError(f"{here}.intent", f"`{intent}` is answered twice")
        intents.add(intent)
    if ANY_ANSWER not in intents:
        raise ScriptError(path, "no answer `*`: the person may say anything")


def _check_edges(nodes: Mapping[str, Node]) -> None:
    """Check that every way out leads to a node there is."""
    for position, node in enumerate(nodes.values()):
        for where, target in edges(node):
            if target not in nodes:
                raise ScriptError(f"nodes[{position}].{where}", f"no node has the id `{target}`")


def _check_walk(nodes: Mapping[str, Node], start: str) -> None:
    """Check that every node can be reached, and that an end can be reached from every node."""
    reached = _reach(
        {node_id: [to for _, to in edges(node)] for node_id, node in nodes.items()}, [start]
    )
    backwards: dict[str, list[str]] = {node_id: [] for node_id in nodes}
    for node_id, node in nodes.items():
        for _, target in edges(node):
            backwards[target].append(node_id)
    ends = [node_id for node_id, node in nodes.items() if node["type"] == "end"]
    if not ends:
        raise ScriptError("nodes", "no node of type `end`: the call could not be closed")
    closing = _reach(backwards, ends)
    for position, node_id in enumerate(nodes):
        if node_id not in reached:
            raise ScriptError(f"nodes[{position}]", f"`{node_id}` cannot be reached from the start")
        if node_id not in closing:
            raise ScriptError(f"nodes[{position}]", f"from `{node_id}` no end can be reached")


def _reach(onward: Mapping[str, Sequence[str]], start: Sequence[str]) -> set[str]:
    """Give everything that can be reached from these nodes, themselves included."""
    reached, waiting = set(start), list(start)
    while waiting:
        for target in onward[waiting.pop()]:
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached


def _variables(nodes: Mapping[str, Node]) -> Iterator[str]:
    """Give every variable in the words of these nodes."""
    for node in nodes.values():
        yield from VARIABLE.findall(node.get("text", ""))


def _fallbacks(value: object) -> dict[str, str | None]:
    """Give what is said when a variable has no value; None where nothing may be said instead."""
    campaign = _mapping(value, "campaign")
    _check_keys(campaign, "campaign", frozenset(), _CAMPAIGN_KEYS)
    declared: dict[str, str | None] = {}
    entries = campaign.get("variables", [])
    if not isinstance(entries, list):
        raise ScriptError("campaign.variables", "is not a list")
    for position, entry in enumerate(entries):
        path = f"campaign.variables[{position}]"
        variable = _mapping(entry, path)
        _check_keys(
            variable, path, frozenset(("name",)), frozenset(("name", "fill_rate", "fallback"))
        )
        name = _word(variable["name"], f"{path}.name")
        if not VARIABLE.fullmatch(f"{{{name}}}"):
            raise ScriptError(f"{path}.name", f"`{name}` is not a name of lower-case letters")
        if name in declared:
            raise ScriptError(f"{path}.name", f"`{name}` is declared twice")
        fallback = variable.get("fallback")
        if fallback is not None:
            _text(fallback, f"{path}.fallback", length_max=WORD_LENGTH_MAX)
        declared[name] = fallback
    return declared


def _spoken(value: object, path: str) -> None:
    """Check words that will be spoken; a brace outside a variable is a misspelt variable."""
    text = _text(value, path, length_max=TEXT_LENGTH_MAX)
    if _BRACE.search(VARIABLE.sub("", text)):
        raise ScriptError(path, "has a brace that belongs to no variable like `{first_name}`")


def _mapping(value: object, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ScriptError(path, "is not an object")
    return value


def _sequence(value: object, path: str, *, length_max: int) -> Sequence[Any]:
    if not isinstance(value, list) or not value:
        raise ScriptError(path, "is not a list with something in it")
    if len(value) > length_max:
        raise ScriptError(path, f"has {len(value)} entries, at most {length_max} are read")
    return value


def _word(value: object, path: str) -> str:
    return _text(value, path, length_max=WORD_LENGTH_MAX)


def _text(value: object, path: str, *, length_max: int) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ScriptError(path, "is not a text with something in it")
    if len(value) > length_max:
        raise ScriptError(path, f"has {len(value)} characters, at most {length_max} are read")
    return value


def _check_keys(
    value: Mapping[str, Any], path: str, needed: frozenset[str], known: frozenset[str]
) -> None:
    for key in sorted(needed - set(value)):
        raise ScriptError(f"{path}.{key}", "is missing")
    for key in sorted(set(value) - known):
        raise ScriptError(f"{path}.{key}", "is no key of a script")
