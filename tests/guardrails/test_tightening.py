"""A change called tightening takes calls away and gives none back; anything in doubt loosens."""

import dataclasses
from copy import deepcopy

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from guardrails import Pack, Policy, decide, load_pack, read_policy
from guardrails.guardrail import REGISTRY
from guardrails.policy import read_guardrail
from guardrails.sentences import LANGUAGES
from guardrails.tightening import RING, compare, say, texts
from tests.guardrails.strategies import GUARDRAILS, PACKS, POLICIES, cases, entries, values_of

HOUSE = Policy((load_pack(),))


def changed(code, number=0, **limits):
    """The house policy with other limits in the guardrail of this code."""
    document = deepcopy(HOUSE.document["packs"][0])
    found = [entry for entry in document["guardrails"] if entry["code"] == code]
    found[number].update(limits)
    return read_policy({"packs": [document]})


@st.composite
def changes(draw):
    """One guardrail under two sets of limits that differ in one or two of them."""
    code = draw(
        st.sampled_from(sorted(code for code in REGISTRY if dataclasses.fields(REGISTRY[code])))
    )
    old = draw(entries(code))
    fields = list(dataclasses.fields(REGISTRY[code]))
    new = dict(old)
    for field in draw(st.lists(st.sampled_from(fields), min_size=1, max_size=2)):
        new[field.name] = draw(values_of(field))
    return tuple(read_guardrail("generated", 1, entry) for entry in (old, new))


@settings(max_examples=400)
@given(st.data(), changes(), PACKS)
def test_a_tightening_never_clears_what_the_old_policy_stopped(data, change, pack):
    before, after = (Policy((pack, Pack("one", (rule,)))) for rule in change)
    assume(compare(before, after).is_tightening)
    case = data.draw(cases())
    old, new = decide(case, before), decide(case, after)
    assert new.ruling >= old.ruling
    if new.until is not None and old.until is not None:
        assert new.until >= old.until


@given(POLICIES)
def test_no_change_is_a_tightening_without_words(policy):
    change = compare(policy, policy)
    assert change.is_tightening
    assert change.words("en") == []


@given(POLICIES, GUARDRAILS)
def test_adding_tightens_and_taking_away_loosens(policy, extra):
    assume(all(rule.code != extra.code for rule, _ in policy.placed))
    more = Policy((*policy.packs, Pack("more", (extra,))))
    assert compare(policy, more).is_tightening
    assert not compare(more, policy).is_tightening


@given(changes())
def test_of_a_change_and_its_reverse_at_most_one_tightens(change):
    before, after = (Policy((Pack("one", (rule,)),)) for rule in change)
    assume(before.placed != after.placed)
    assert not (compare(before, after).is_tightening and compare(after, before).is_tightening)


@settings(max_examples=200)
@given(changes())
def test_every_change_is_said_in_both_languages(change):
    before, after = (Policy((Pack("one", (rule,)),)) for rule in change)
    for language in LANGUAGES:
        for words in compare(before, after).words(language):
            assert words
            assert "_" not in words


def test_fewer_attempts_a_week_tighten_and_say_so():
    change = compare(HOUSE, changed("frequency.person", 1, max=1))
    assert change.is_tightening
    assert change.words("en") == [
        "frequency per person (attempts, a calendar week): at most 2 → 1, tightens"
    ]


@pytest.mark.parametrize(
    "code,limits",
    [
        ("refusal.cooldown", {"rest_days": None}),
        ("refusal.cooldown", {"rest_days": 91}),
        ("refusal.repeat", {"within_days": 366}),
        ("quality.score", {"floor": 0.051}),
        ("consent.missing", {"age_max_days": 365}),
        ("consent.missing", {"purposes": ["marketing", "survey"]}),
        ("hours.closed", {"hours": {"mon-fri": ["09:00-19:59"], "sat": ["10:00-18:00"]}}),
        ("delivery.mode", {"most": "preview"}),
        ("number.kind", {"kinds": ["mobile"]}),
        ("frequency.person", {"waivable": False}),
    ],
)
def test_a_limit_moved_in_its_strict_direction_tightens_and_back_loosens(code, limits):
    stricter = changed(code, **limits)
    assert compare(HOUSE, stricter).is_tightening
    assert not compare(stricter, HOUSE).is_tightening


@pytest.mark.parametrize(
    "code,limits",
    [
        ("refusal.cooldown", {"scope": "topic"}),
        ("frequency.person", {"window": "rolling(PT24H)"}),
        ("frequency.person", {"unit": "conversation"}),
        ("hours.closed", {"hours": {"mon-fri": ["08:59-19:00"]}}),
        ("hours.closed", {"hours": {"sun": ["12:00-12:01"]}}),
    ],
)
def test_another_rule_in_the_place_of_one_loosens(code, limits):
    assert not compare(HOUSE, changed(code, **limits)).is_tightening


def test_a_longer_ring_time_loosens_and_a_shorter_one_tightens():
    longer = Policy((dataclasses.replace(load_pack(), ring_seconds_max=40),))
    assert not compare(HOUSE, longer).is_tightening
    assert compare(longer, HOUSE).is_tightening
    assert compare(longer, HOUSE).words("ru") == ["время гудков: секунд 40 → 25, строже"]


def test_every_code_field_and_word_has_a_name_in_both_languages():
    words = texts()
    assert set(words["codes"]) == {RING, *REGISTRY}
    fields = {field.name for kind in REGISTRY.values() for field in dataclasses.fields(kind)}
    assert set(words["fields"]) == fields | {"ring_seconds_max"}
    for kind in REGISTRY.values():
        for field in dataclasses.fields(kind):
            for word in field.metadata.get("of") or ():
                assert word in words["values"], f"{kind.code}.{field.name}: {word}"
    for group in words.values():
        for name, said in group.items():
            assert set(said) == set(LANGUAGES), name
    assert say(None, "en") == "no number"
