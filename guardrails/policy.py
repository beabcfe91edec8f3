"""A policy: the union of the guardrails of its packs, read from a document, hashed.

All guardrails of all packs are asked, so the strictest wins by construction and adding a pack
can only tighten. Quantities that do not object, such as how long to let it ring, are merged
towards their strict side.
"""

import dataclasses
import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from importlib import resources
from typing import Any

import guardrails.rules  # noqa: F401 - importing the families registers their codes
from guardrails.facts import Case
from guardrails.guardrail import REGISTRY, Guardrail
from guardrails.verdict import Reason

DEFAULT_PACK = "house.default"
RING_SECONDS_DEFAULT = 25


class PolicyError(ValueError):
    """A policy document cannot be read; it says which guardrail, which field, and why."""

    def __init__(self, pack: str, where: str, why: str) -> None:
        super().__init__(f"pack `{pack}`, {where}: {why}")
        self.pack, self.where, self.why = pack, where, why


@dataclasses.dataclass(frozen=True)
class Pack:
    """Guardrails that belong together: a law, a house rule, a campaign's own limits."""

    name: str
    guardrails: tuple[Guardrail, ...]
    title: str = ""
    binding: str = "house"
    ring_seconds_max: int = RING_SECONDS_DEFAULT

    @cached_property
    def document(self) -> dict[str, Any]:
        """Give the pack as the plain document it could be read from again."""
        return {
            "name": self.name,
            "title": self.title,
            "binding": self.binding,
            "settings": {"ring_seconds_max": self.ring_seconds_max},
            "guardrails": [write_guardrail(guardrail) for guardrail in self.guardrails],
        }


@dataclasses.dataclass(frozen=True)
class Policy:
    """The packs in force together, and what identifies them."""

    packs: tuple[Pack, ...]

    @cached_property
    def placed(self) -> tuple[tuple[Guardrail, str], ...]:
        """Give every guardrail with the name of the pack it came from."""
        return tuple((rule, pack.name) for pack in self.packs for rule in pack.guardrails)

    @cached_property
    def checks(self) -> tuple[tuple[Callable[[Case], Reason | None], str, str], ...]:
        """Give what a decision asks, bound once: each check, its pack and its code."""
        return tuple((rule.check, pack, rule.code) for rule, pack in self.placed)

    @cached_property
    def ring_seconds_max(self) -> int:
        """Give the shortest ring time any pack allows, in seconds."""
        return min((pack.ring_seconds_max for pack in self.packs), default=RING_SECONDS_DEFAULT)

    @cached_property
    def document(self) -> dict[str, Any]:
        """Give the policy as plain data."""
        return {"packs": [pack.document for pack in self.packs]}

    @cached_property
    def hash(self) -> str:
        """Identify this exact policy: the SHA-256 of its canonical document."""
        text = json.dumps(self.document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def has_calling_window(self) -> bool:
        """Say whether any guardrail limits the hours; without one nothing may run."""
        return any(rule.code == "hours.closed" for rule, _ in self.placed)


def read_policy(document: Mapping[str, Any]) -> Policy:
    """Read a policy of one or more packs; raises PolicyError."""
    packs = document.get("packs")
    if packs is None:
        return Policy((read_pack(document),))
    return Policy(tuple(read_pack(pack) for pack in read_tables("?", "packs", packs)))


def read_tables(pack: str, where: str, value: object) -> Sequence[Mapping[str, Any]]:
    """Take a value for a list of tables; raises PolicyError when it is anything else."""
    if not isinstance(value, list | tuple) or any(not isinstance(each, Mapping) for each in value):
        raise PolicyError(pack, where, "is not a list of tables")
    return value


def read_pack(document: Mapping[str, Any]) -> Pack:
    """Read one pack; raises PolicyError for anything unknown, missing or out of bounds."""
    name = document.get("name")
    if not isinstance(name, str) or not name:
        raise PolicyError("?", "name", "a pack needs a name")
    unknown = set(document) - {"name", "title", "binding", "settings", "guardrails", "cases"}
    if unknown:
        raise PolicyError(name, "pack", f"unknown keys {sorted(unknown)}")
    (written,) = read_tables(name, "settings", [document.get("settings", {})])
    settings = dict(written)
    ring_seconds_max = settings.pop("ring_seconds_max", RING_SECONDS_DEFAULT)
    if settings:
        raise PolicyError(name, "settings", f"unknown settings {sorted(settings)}")
    if type(ring_seconds_max) is not int or not 10 <= ring_seconds_max <= 120:  # noqa: PLR2004
        raise PolicyError(name, "settings.ring_seconds_max", "a whole number from 10 to 120")
    entries = read_tables(name, "guardrails", document.get("guardrails", []))
    rules = tuple(read_guardrail(name, number, entry) for number, entry in enumerate(entries, 1))
    return Pack(
        name,
        rules,
        str(document.get("title", "")),
        str(document.get("binding", "house")),
        ring_seconds_max,
    )


def read_guardrail(pack: str, number: int, entry: Mapping[str, Any]) -> Guardrail:
    """Read one guardrail of a pack's document."""
    code = entry.get("code")
    where = f"guardrail {number} (`{code}`)"
    if not isinstance(code, str) or code not in REGISTRY:
        raise PolicyError(pack, where, "no guardrail has this code")
    kind = REGISTRY[code]
    known = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    values = {key: value for key, value in entry.items() if key != "code"}
    unknown = set(values) - set(known)
    if unknown:
        raise PolicyError(pack, where, f"unknown fields {sorted(unknown)}")
    for field in known.values():
        if field.name in values:
            try:
                values[field.name] = read_value(field, values[field.name])
            except ValueError as error:
                raise PolicyError(pack, f"{where}, {field.name}", str(error)) from None
        elif field.default is dataclasses.MISSING:
            raise PolicyError(pack, f"{where}, {field.name}", "is required")
    return kind(**values)


def read_value(field: "dataclasses.Field[Any]", value: object) -> object:
    """Check one field's value against what was declared; raises ValueError with a sentence."""
    declared = field.metadata
    if value is None:
        if declared.get("optional"):
            return None
        raise ValueError("needs a value")
    if declared.get("read"):
        return declared["read"](value)
    if "unit" in declared:
        return read_limit(field, value)
    if declared.get("several"):
        return read_words(declared["of"], value)
    if declared["stricter"] in ("true", "false"):
        if not isinstance(value, bool):
            raise ValueError(f"`{value}` is neither true nor false")
        return value
    if not isinstance(value, str) or not value:
        raise ValueError(f"`{value}` is not a word")
    if declared["of"] is not None and value not in declared["of"]:
        raise ValueError(f"`{value}` is none of {', '.join(declared['of'])}")
    return value


def read_limit(field: "dataclasses.Field[Any]", value: object) -> float:
    """Check a number against its bounds; a count must be a whole number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"`{value}` is not a number")  # noqa: TRY004 - as every reader
    if isinstance(value, float) and "float" not in str(field.type):
        raise ValueError(f"`{value}` is not a whole number")
    between = field.metadata["between"]
    if between is not None and not between[0] <= value <= between[1]:
        unit = field.metadata["unit"]
        raise ValueError(f"`{value}` is not between {between[0]} and {between[1]} {unit}")
    return value


def read_words(allowed: tuple[str, ...], value: object) -> tuple[str, ...]:
    """Check a set of words, and give it in the order in which they were declared."""
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(f"`{value}` is not a list of words")
    for word in value:
        if word not in allowed:
            raise ValueError(f"`{word}` is none of {', '.join(allowed)}")
    return tuple(word for word in allowed if word in value)


def write_guardrail(guardrail: Guardrail) -> dict[str, Any]:
    """Write one guardrail as the entry it could be read from again."""
    entry: dict[str, Any] = {"code": guardrail.code}
    for field in dataclasses.fields(guardrail):  # type: ignore[arg-type]
        entry[field.name] = write_value(getattr(guardrail, field.name))
    return entry


def write_value(value: Any) -> Any:  # noqa: ANN401 - whatever a document may hold
    """Write one field's value as a document holds it."""
    if hasattr(value, "document"):
        return value.document
    return list(value) if isinstance(value, tuple) else value


def load_pack(name: str = DEFAULT_PACK) -> Pack:
    """Load a pack that ships with Takt, by its name; raises PolicyError when there is none."""
    file = resources.files("guardrails.packs").joinpath(f"{name}.toml")
    if not file.is_file():
        raise PolicyError(name, "pack", "no pack of this name ships with Takt")
    return read_pack(tomllib.loads(file.read_text("utf-8")))
