"""Every objection can be said to the person it is about."""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails import Reason, decide
from guardrails.guardrail import REGISTRY
from guardrails.sentences import LANGUAGES, sentence
from tests.guardrails.strategies import POLICIES, cases

CODES = sorted(
    {"check.failed", *REGISTRY, *(also for kind in REGISTRY.values() for also in kind.also)}
)
TEXTS = tomllib.loads(resources.files("guardrails").joinpath("sentences.toml").read_text("utf-8"))
MARCH = datetime(2026, 3, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_said_in_both_languages(code):
    assert set(LANGUAGES) <= set(TEXTS[code])


def test_no_sentence_is_kept_for_a_code_that_does_not_exist():
    assert set(TEXTS) - {"again", "windows", "units"} == set(CODES)


def test_every_variant_is_said_in_both_languages():
    for code in CODES:
        for kind, variant in TEXTS[code].items():
            if kind not in LANGUAGES:
                assert set(variant) == set(LANGUAGES), f"{code}.{kind}"


@settings(max_examples=80)
@given(cases(), POLICIES)
def test_every_reason_is_said_without_code_words(case, policy):
    for reason in decide(case, policy).reasons:
        for language in LANGUAGES:
            said = sentence(reason, language, "Europe/Moscow")
            assert re.fullmatch(r"[A-ZА-ЯЁ0-9][^{}_`]*\.", said), said
            assert reason.code not in said


@settings(max_examples=60)
@given(cases(), POLICIES)
def test_no_sentence_holds_the_name_of_the_person(case, policy):
    if case.person.name is None or len(case.person.name) < 5 or case.person.name == "Клиент":
        return
    for reason in decide(case, policy).reasons:
        for language in LANGUAGES:
            assert case.person.name not in sentence(reason, language)


def test_a_refused_offer_names_the_day_and_when_it_may_be_offered_again():
    reason = Reason(
        "refusal.cooldown", MARCH + timedelta(days=90), {"refused_at": MARCH, "kind": "offer"}
    )
    assert sentence(reason, "en", "Europe/Moscow") == (
        "The person refused this offer on 3 March 2026; a call is possible from 1 June 2026, 12:00."
    )
    assert sentence(reason, "ru", "Europe/Moscow") == (
        "Человек отказался от этого предложения 3 марта 2026; звонок возможен с 1 июня 2026, 12:00."
    )


def test_without_a_zone_the_clock_is_named():
    assert sentence(Reason("hours.closed", MARCH), "en").endswith("from 3 March 2026, 09:00 UTC.")


def test_an_end_within_a_minute_is_never_said_too_early():
    late = Reason("hours.closed", MARCH + timedelta(microseconds=1))
    assert sentence(late, "en").endswith("09:01 UTC.")


@pytest.mark.parametrize(
    "window,said",
    [
        ("calendar(day)", "a calendar day"),
        ("rolling(PT24H)", "any 24 hours"),
        ("rolling(P30D)", "any 30 days"),
    ],
)
def test_a_calendar_day_is_never_called_24_hours(window, said):
    values = {"max": 2, "unit": "attempt", "window": window}
    assert sentence(Reason("frequency.person", None, values), "en") == (
        f"Enough calls attempted to this person: the most in {said} is 2."
    )


@given(st.sampled_from(CODES))
def test_reasons_never_need_a_value_that_their_variant_lacks(code):
    for kind, variant in {"": TEXTS[code], **TEXTS[code]}.items():
        if kind in LANGUAGES:
            continue
        needed = [set(re.findall(r"{(\w+)}", variant[language])) for language in LANGUAGES]
        assert needed[0] == needed[1], f"{code}.{kind} says different things in two languages"
