"""Packs are data with their own cases; each says what it does and shows every guardrail it sets."""

import tomllib
from importlib import resources

import pytest

from guardrails import Pack, Policy, PolicyError, load_pack, read_policy
from guardrails.cases import failure, read_case
from guardrails.policy import read_pack

FILES = [
    file for file in resources.files("guardrails.packs").iterdir() if file.name.endswith(".toml")
]
DOCUMENTS = [tomllib.loads(file.read_text("utf-8")) for file in FILES]
CASES = [(document, case) for document in DOCUMENTS for case in document["cases"]]


@pytest.mark.parametrize("document,case", CASES, ids=[case["says"] for _, case in CASES])
def test_a_pack_does_what_its_case_says(document, case):
    assert failure(read_pack(document), case) is None


@pytest.mark.parametrize("document", DOCUMENTS, ids=[one["name"] for one in DOCUMENTS])
def test_a_pack_shows_every_guardrail_it_sets(document):
    shown = {code for case in document["cases"] for code in case["expect"]}
    assert {entry["code"] for entry in document["guardrails"]} <= shown


@pytest.mark.parametrize("document", DOCUMENTS, ids=[one["name"] for one in DOCUMENTS])
def test_no_rung_of_a_pack_is_idle(document):
    """Without any one of its guardrails, some case of the pack comes out differently."""
    pack = read_pack(document)
    for left_out, rule in enumerate(pack.guardrails):
        rest = (*pack.guardrails[:left_out], *pack.guardrails[left_out + 1 :])
        poorer = Pack(pack.name, rest)
        assert any(failure(poorer, case) for case in document["cases"]), rule


def test_a_case_that_expects_something_else_fails_with_its_sentence():
    wrong = {"says": "noon is too early", "expect": ["hours.closed"]}
    assert failure(load_pack(), wrong) == "noon is too early: expected ['hours.closed'], got []"


def test_the_house_has_a_calling_window():
    assert Policy((load_pack(),)).has_calling_window


def test_an_unknown_pack_is_an_error_that_names_it():
    with pytest.raises(PolicyError, match="`moon`"):
        load_pack("moon")


@pytest.mark.parametrize(
    "entry,says",
    [
        ({"code": "frequency.person", "max": 0, "window": "ever"}, "not between 1 and 1000"),
        ({"code": "frequency.person", "max": True, "window": "ever"}, "not a number"),
        ({"code": "frequency.person", "max": 1.5, "window": "ever"}, "not a whole number"),
        ({"code": "frequency.person", "max": 1}, "is required"),
        ({"code": "frequency.person", "max": 1, "window": "24 h"}, "`24 h` is none of"),
        ({"code": "frequency.person", "max": 1, "window": "rolling(P0D)"}, "one hour"),
        ({"code": "frequency.person", "max": 1, "window": "ever", "channels": "call"}, "list"),
        ({"code": "frequency.person", "max": 1, "window": "ever", "channels": []}, "list"),
        ({"code": "frequency.person", "max": 1, "window": "ever", "waivable": "no"}, "neither"),
        ({"code": "frequency.person", "max": 1, "window": "ever", "unit": "calls"}, "none of"),
        ({"code": "consent.missing", "evidence": None}, "needs a value"),
        ({"code": "quality.score", "floor": float("nan")}, "not between"),
        ({"code": "hours.closed", "hours": {"mon": ["9-20"]}}, "no time of day"),
        ({"code": "hours.closed", "hours": {"mon": ["20:00-09:00"]}}, "no time of day"),
        ({"code": "hours.closed", "hours": {"mon": ["09:00-24:01"]}}, "no time of day"),
        ({"code": "hours.closed", "hours": {"mon-fri": [], "tue": []}}, "named twice"),
        ({"code": "hours.closed", "hours": {"fri-mon": []}}, "runs backwards"),
        ({"code": "hours.closed", "hours": {"monday": []}}, "is no day"),
        ({"code": "hours.closed", "hours": {"mon": "09:00-20:00"}}, "not a list"),
        ({"code": "hours.closed", "hours": "always"}, "not a table"),
        ({"code": "hours.closed"}, "is required"),
        ({"code": "suppression.registry_stale"}, "is required"),
        ({"code": "quality.score", "flor": 0.1}, "unknown fields"),
        ({"code": "quality.scor"}, "no guardrail has this code"),
    ],
)
def test_a_mistake_in_a_pack_is_refused_with_its_place(entry, says):
    with pytest.raises(PolicyError, match="guardrail 1") as caught:
        read_policy({"name": "mine", "guardrails": [entry]})
    assert says in str(caught.value)


@pytest.mark.parametrize("written", ["soon", "5 days", "in 5 days ago"])
def test_an_instant_that_cannot_be_read_is_refused(written):
    with pytest.raises(ValueError, match=written):
        read_case({"lead": {"signal_at": written}})
