"""A retry plan proposes a pause for each outcome, and refuses what makes no sense."""

from datetime import timedelta

import pytest

from orchestrator.dispositions import MEANINGS
from orchestrator.retries import DEFAULT, BadRetryPlan, next_try, read_plan
from tests import make

HOUR = timedelta(hours=1)


def again(outcome: str, *, times: int = 1, attempts: int = 1, plan=DEFAULT):
    return next_try(plan, outcome, times=times, attempts=attempts, now=make.NOON)


def test_each_further_time_takes_the_next_pause():
    pauses = [again("busy", times=times) for times in (1, 2, 3)]
    assert pauses == [make.NOON + HOUR / 2, make.NOON + 4 * HOUR, make.NOON + 24 * HOUR]


def test_after_the_last_pause_there_is_no_further_try():
    assert again("busy", times=4) is None


def test_no_try_goes_beyond_the_most_attempts():
    assert again("no_answer", attempts=DEFAULT.attempts_max) is None
    assert again("no_answer", attempts=DEFAULT.attempts_max - 1) is not None


def test_an_absent_carrier_uses_up_nothing_of_the_lead():
    assert again("not_sent", times=50) == make.NOON + 4 * HOUR


@pytest.mark.parametrize("outcome", [word for word, m in MEANINGS.items() if m.step != "retry"])
def test_what_settles_a_lead_is_never_retried(outcome):
    assert again(outcome) is None


@pytest.mark.parametrize("outcome", [word for word, m in MEANINGS.items() if m.step == "retry"])
def test_what_settles_nothing_has_a_pause_by_default(outcome):
    assert again(outcome) is not None


def test_an_empty_document_is_the_default_plan():
    assert read_plan({}) == DEFAULT


def test_a_plan_reads_back_as_it_was_written():
    assert read_plan(DEFAULT.document) == DEFAULT


def test_an_outcome_the_plan_does_not_name_keeps_the_default_pauses():
    plan = read_plan({"pauses_hours": {"busy": [2]}})
    assert plan.pauses_hours["busy"] == (2.0,)
    assert plan.pauses_hours["no_answer"] == DEFAULT.pauses_hours["no_answer"]


def test_an_empty_list_means_no_second_try():
    assert again("busy", plan=read_plan({"pauses_hours": {"busy": []}})) is None


@pytest.mark.parametrize(
    "document, field",
    [
        ({"attempts": 3}, "attempts"),
        ({"attempts_max": 0}, "attempts_max"),
        ({"attempts_max": 21}, "attempts_max"),
        ({"attempts_max": True}, "attempts_max"),
        ({"attempts_max": "3"}, "attempts_max"),
        ({"pauses_hours": [1]}, "pauses_hours"),
        ({"pauses_hours": {"refused": [24]}}, "pauses_hours.refused"),
        ({"pauses_hours": {"bussy": [1]}}, "pauses_hours.bussy"),
        ({"pauses_hours": {"busy": 1}}, "pauses_hours.busy"),
        ({"pauses_hours": {"busy": [0]}}, "pauses_hours.busy"),
        ({"pauses_hours": {"busy": [2161]}}, "pauses_hours.busy"),
        ({"pauses_hours": {"busy": [float("nan")]}}, "pauses_hours.busy"),
        ({"pauses_hours": {"busy": [True]}}, "pauses_hours.busy"),
        ({"pauses_hours": {"busy": [1] * 11}}, "pauses_hours.busy"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_and_the_field_named(document, field):
    with pytest.raises(BadRetryPlan) as error:
        read_plan(document)
    assert error.value.fields["field"] == field
