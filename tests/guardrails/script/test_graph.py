"""A script that reads can be walked to an end whatever is answered; anything else says where."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.script import ScriptError, read_script
from guardrails.script.graph import edges

SCRIPT: dict[str, Any] = {
    "id": "add_on",
    "lang": "en",
    "title": "Add-on SIM",
    "campaign": {
        "variables": [
            {"name": "first_name", "fill_rate": 1.0, "fallback": None},
            {"name": "tariff", "fallback": "your tariff"},
        ]
    },
    "start": "hello",
    "nodes": [
        {
            "id": "hello",
            "type": "ask",
            "purpose": "identify",
            "text": "{first_name}, hello. You are on {tariff} since {since}. Shall I go on?",
            "answers": [{"intent": "refuse", "next": "bye"}, {"intent": "*", "next": "offer"}],
        },
        {"id": "offer", "type": "say", "text": "A SIM costs 109 a month.", "next": "bye"},
        {"id": "bye", "type": "end", "outcome": "end"},
    ],
}


def script(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SCRIPT), **changes}


def test_the_variables_of_the_words_are_found_and_those_without_fallback_are_required():
    read = read_script(script())
    assert read.variables == ("first_name", "since", "tariff")
    assert read.required == ("first_name", "since")


def test_the_same_script_has_the_same_hash_whatever_the_order_of_its_keys():
    reordered = dict(reversed(list(script().items())))
    assert read_script(reordered).hash == read_script(script()).hash
    assert read_script(script(title="Other")).hash != read_script(script()).hash


def with_node(position: int, **changes: Any) -> dict[str, Any]:
    changed = script()
    changed["nodes"][position].update(changes)
    return changed


def without(path: str) -> dict[str, Any]:
    changed = script()
    del changed[path]
    return changed


BROKEN = [
    ("not an object", [], "script", "not an object"),
    ("no start", without("start"), "script.start", "missing"),
    ("start nowhere", script(start="nowhere"), "start", "no node"),
    ("unknown key", script(tempo="fast"), "script.tempo", "no key"),
    ("no nodes", script(nodes=[]), "nodes", "not a list"),
    ("nodes no list", script(nodes={"a": 1}), "nodes", "not a list"),
    ("unknown type", with_node(1, type="shout"), "nodes[1].type", "none of"),
    ("type a list", with_node(1, type=["say"]), "nodes[1].type", "none of"),
    ("duplicate id", with_node(1, id="hello"), "nodes[1].id", "earlier"),
    ("unknown next", with_node(1, next="nowhere"), "nodes[1].next", "no node"),
    ("unknown node key", with_node(1, mood="glad"), "nodes[1].mood", "no key"),
    (
        "answer nowhere",
        with_node(0, answers=[{"intent": "*", "next": "nowhere"}]),
        "nodes[0].answers[0].next",
        "no node",
    ),
    (
        "no other answer",
        with_node(0, answers=[{"intent": "refuse", "next": "offer"}]),
        "nodes[0].answers",
        "may say anything",
    ),
    (
        "same answer twice",
        with_node(0, answers=[{"intent": "*", "next": "bye"}, {"intent": "*", "next": "offer"}]),
        "nodes[0].answers[1].intent",
        "twice",
    ),
    (
        "unreachable",
        with_node(0, answers=[{"intent": "*", "next": "bye"}]),
        "nodes[1]",
        "cannot be reached",
    ),
    ("no way out", with_node(1, next="offer"), "nodes[1]", "no end"),
    ("brace alone", with_node(1, text="{first name}"), "nodes[1].text", "brace"),
    ("text too long", with_node(1, text="a" * 2001), "nodes[1].text", "characters"),
    ("text a number", with_node(1, text=5), "nodes[1].text", "not a text"),
    ("NUL", with_node(1, text="a\0b"), "script", "NUL"),
    ("half a character", with_node(1, text="\ud800"), "script", "JSON"),
    (
        "variable twice",
        script(campaign={"variables": [{"name": "a"}, {"name": "a"}]}),
        "campaign.variables[1].name",
        "twice",
    ),
    (
        "fallback a number",
        script(campaign={"variables": [{"name": "a", "fallback": 3}]}),
        "campaign.variables[0].fallback",
        "not a text",
    ),
    ("infinite", script(campaign={"max_retries": float("inf")}), "script", "JSON"),
]


@pytest.mark.parametrize(
    "document,path,why", [case[1:] for case in BROKEN], ids=[c[0] for c in BROKEN]
)
def test_a_mistake_is_named_with_its_place(document, path, why):
    with pytest.raises(ScriptError) as caught:
        read_script(document)
    assert caught.value.path == path
    assert why in caught.value.why


def test_a_script_without_an_end_cannot_be_closed():
    with pytest.raises(ScriptError, match="no node of type `end`"):
        read_script(script(start="a", nodes=[{"id": "a", "type": "say", "text": "a", "next": "a"}]))


@given(st.lists(st.sets(st.integers(0, 7), max_size=3), min_size=8, max_size=8))
def test_every_script_that_reads_ends_from_wherever_one_stands(ways):
    nodes: list[dict[str, Any]] = [
        {
            "id": f"n{position}",
            "type": "ask",
            "text": "?",
            "answers": [{"intent": "*", "next": f"n{min(targets)}"}]
            + [{"intent": f"i{target}", "next": f"n{target}"} for target in sorted(targets)],
        }
        if targets
        else {"id": f"n{position}", "type": "end"}
        for position, targets in enumerate(ways)
    ]
    try:
        read_script(script(start="n0", nodes=nodes))
    except ScriptError:
        return
    by_id = {node["id"]: node for node in nodes}
    for start in by_id:
        seen, here = set(), {start}
        while here:
            seen |= here
            here = {to for node_id in here for _, to in edges(by_id[node_id])} - seen
        assert any(by_id[node_id]["type"] == "end" for node_id in seen)
