"""Lines, calls a second and fair shares: never more than there is, and nobody forgotten."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.pacing import AHEAD_MAX, Demand, allowance, shares, wanted
from tests.make import NOON

demands = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 9), st.integers(0, 40)), max_size=6
).map(
    lambda rows: [
        Demand(place, priority, share, number)
        for place, (priority, share, number) in enumerate(rows, 1)
    ]
)
capacities = st.integers(-3, 120)


@given(demands, capacities)
def test_no_more_calls_are_given_than_there_is_capacity(demands, capacity):
    assert sum(shares(demands, capacity).values()) <= max(capacity, 0)


@given(demands, capacities)
def test_nobody_is_given_more_than_it_wants(demands, capacity):
    given_calls = shares(demands, capacity)
    assert all(0 <= given_calls[each.campaign_id] <= each.wanted for each in demands)


@given(demands, capacities)
def test_nothing_is_left_unused_while_somebody_wants_it(demands, capacity):
    total = sum(each.wanted for each in demands)
    assert sum(shares(demands, capacity).values()) == min(max(capacity, 0), total)


@given(demands, capacities)
def test_a_lower_priority_gets_only_what_every_higher_one_left(demands, capacity):
    given_calls = shares(demands, capacity)
    for upper in demands:
        for lower in demands:
            if lower.priority < upper.priority and given_calls[lower.campaign_id]:
                assert given_calls[upper.campaign_id] == upper.wanted


@given(demands, capacities)
def test_among_equals_nobody_hungry_is_a_whole_call_behind_its_share(demands, capacity):
    given_calls = shares(demands, capacity)
    for hungry in demands:
        if given_calls[hungry.campaign_id] == hungry.wanted:
            continue
        for other in demands:
            if other.priority != hungry.priority:
                continue
            # Taking one call from `other` would leave it no better off than `hungry` is with it.
            without_one = (given_calls[other.campaign_id] - 1) / other.share
            assert without_one <= (given_calls[hungry.campaign_id] + 1) / hungry.share


@given(demands, capacities)
def test_more_capacity_never_takes_a_call_away(demands, capacity):
    before, after = shares(demands, capacity), shares(demands, capacity + 1)
    assert all(after[each] >= before[each] for each in before)


def test_shares_of_one_and_three_divide_forty_calls_as_ten_and_thirty():
    demands = [Demand(1, 0, 1, 100), Demand(2, 0, 3, 100)]
    assert shares(demands, 40) == {1: 10, 2: 30}


def test_no_line_free_means_no_call():
    assert _wanted(lines_max=10, live=10) == 0


def test_more_calls_than_lines_means_no_call_rather_than_a_negative_one():
    assert _wanted(lines_max=10, live=14) == 0


def test_the_rate_allows_what_the_time_since_the_last_look_allows():
    assert _wanted(calls_per_second_max=2, since=NOON - timedelta(seconds=3)) == 6


def test_a_minute_without_a_look_is_the_most_that_is_made_up_for():
    a_night = _wanted(calls_per_second_max=2, since=NOON - timedelta(hours=9))
    assert a_night == 2 * AHEAD_MAX.total_seconds()


def test_a_campaign_never_looked_at_starts_with_a_minutes_worth():
    assert _wanted(calls_per_second_max=1, since=None) == 60


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.25, 0.5, 0.9])
def test_a_rate_of_less_than_a_call_a_second_is_kept_over_an_hour_of_looks(rate):
    begun, since = 0, NOON
    for second in range(1, 3601):
        now = NOON + timedelta(seconds=second)
        may_begin = allowance(calls_per_second_max=rate, since=since, now=now)
        if may_begin:
            begun, since = begun + may_begin, now
    assert 0 < begun <= 3600 * rate


def test_the_slowest_rate_lets_a_call_begin_some_time():
    a_quarter_of_an_hour = NOON - timedelta(seconds=1000)
    assert _wanted(calls_per_second_max=0.001, since=a_quarter_of_an_hour) == 1


def _wanted(*, lines_max=1000, live=0, calls_per_second_max=5.0, since=NOON, now=NOON):
    return wanted(
        lines_max=lines_max, live=live, calls_per_second_max=calls_per_second_max, since=since,
        now=now,
    )  # fmt: skip
