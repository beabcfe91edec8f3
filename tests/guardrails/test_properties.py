"""Laws of every case and every policy, against an oracle that answers in the same words."""

import dataclasses
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails import Case, Pack, Policy, Reason, Ruling, decide, load_pack, next_clear
from guardrails.guardrail import REGISTRY, Guardrail
from guardrails.policy import read_guardrail, read_policy
from tests.guardrails.oracle import MICRO, objections
from tests.guardrails.strategies import GUARDRAILS, PACKS, POLICIES, cases, entries

HOUSE = Policy((load_pack(),))


def answers(case, policy):
    return sorted(((one.code, one.until) for one in decide(case, policy).reasons), key=str)


@given(cases())
@settings(max_examples=150)
def test_the_house_policy_agrees_with_the_oracle(case):
    assert answers(case, HOUSE) == objections(case, HOUSE)


FAMILIES = sorted({code.partition(".")[0] for code in REGISTRY})
# Families whose verdict turns at many more places.
DEEP = {"consent", "frequency", "history", "hours", "personal", "quality", "refusal", "suppression"}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_guardrail_agrees_with_the_oracle_under_any_limits(family):
    codes = [code for code in sorted(REGISTRY) if code.startswith(f"{family}.")]

    @given(cases(), st.tuples(*(entries(code) for code in codes)))
    @settings(max_examples=150 if family in DEEP else 40)
    def agrees(case, written):
        for entry in written:
            policy = Policy((Pack("one", (read_guardrail("one", 1, entry),)),))
            assert answers(case, policy) == objections(case, policy), entry

    agrees()


@given(cases(), POLICIES, st.data())
def test_an_objection_stands_at_every_instant_before_its_until(case, policy, data):
    for rule, _ in policy.placed:
        reason = rule.check(case)
        if reason is None or reason.until is None:
            continue
        assert reason.until > case.now
        assert rule.check(case.at(reason.until)) is None
        assert rule.check(case.at(reason.until - MICRO)) is not None
        span = reason.until - case.now
        between = case.now + data.draw(st.floats(0, 1, exclude_max=True)) * span
        assert rule.check(case.at(min(between, reason.until - MICRO))) is not None


@given(cases(), POLICIES)
def test_next_clear_is_clear_and_the_instant_before_it_is_not(case, policy):
    clear_at = next_clear(case, policy)
    if clear_at is None:
        return
    assert decide(case.at(clear_at), policy).ruling is Ruling.CLEAR
    if clear_at > case.now:
        assert decide(case.at(clear_at - MICRO), policy).ruling > Ruling.CLEAR


@given(cases(), POLICIES, st.floats(0, 1, exclude_max=True))
def test_nothing_before_next_clear_is_clear(case, policy, part):
    clear_at = next_clear(case, policy)
    until = clear_at or case.now + timedelta(days=30)
    if until > case.now:
        between = min(case.now + part * (until - case.now), until - MICRO)
        assert decide(case.at(between), policy).ruling > Ruling.CLEAR


@given(cases(), POLICIES, GUARDRAILS)
def test_adding_a_guardrail_never_makes_a_call_easier(case, policy, extra):
    stricter = Policy((*policy.packs, Pack("more", (extra,))))
    before, after = decide(case, policy), decide(case, stricter)
    assert after.ruling >= before.ruling
    assert before.reasons == after.reasons[: len(before.reasons)]
    if after.until is not None and before.until is not None:
        assert after.until >= before.until


@settings(max_examples=40)
@given(cases(), st.lists(PACKS, max_size=3), st.randoms(use_true_random=False))
def test_the_order_of_packs_changes_no_reason(case, packs, chance):
    shuffled = list(packs)
    chance.shuffle(shuffled)
    assert answers(case, Policy(tuple(packs))) == answers(case, Policy(tuple(shuffled)))


class Broken(Guardrail):
    """A guardrail that cannot answer; it has no code of its own outside this test."""

    code = "test.broken"

    def check(self, case: Case) -> Reason | None:
        raise RuntimeError(f"{case.person.name} at +7 912 000 12 34")


@settings(max_examples=30)
@given(cases(), POLICIES)
def test_a_guardrail_that_raises_objects_for_itself_and_tells_nothing(case, policy):
    broken = Policy((*policy.packs, Pack("broken", (Broken(),))))
    verdict = decide(case, broken)
    assert verdict.reasons[:-1] == decide(case, policy).reasons
    assert verdict.reasons[-1] == Reason("check.failed", None, {"about": "test.broken"}, "broken")
    assert verdict.ruling is Ruling.BLOCKED


@given(POLICIES)
def test_a_policy_reads_back_from_its_document_as_itself(policy):
    again = read_policy(policy.document)
    assert again.hash == policy.hash
    assert dataclasses.astuple(again) == dataclasses.astuple(policy)


@settings(max_examples=30)
@given(cases())
def test_deciding_twice_gives_the_same_verdict(case):
    assert decide(case, HOUSE) == decide(dataclasses.replace(case), HOUSE)
