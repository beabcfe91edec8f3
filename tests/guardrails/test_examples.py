"""The hard corners, each as an example a person can check by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest

from guardrails import Pack, Policy, Ruling, decide, load_pack, next_clear
from guardrails.cases import read_case
from guardrails.facts import Calendar, Jurisdiction, Touch, ZoneEvidence
from guardrails.policy import read_guardrail
from guardrails.rules.quality import wilson_upper
from guardrails.zones import candidate_zones

HOUSE = Policy((load_pack(),))
NOON = datetime(2026, 3, 3, 9, tzinfo=UTC)
MICRO = timedelta(microseconds=1)


def one(code, **limits):
    return Policy((Pack("one", (read_guardrail("one", 1, {"code": code, **limits}),)),))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def case_in(*zones, now="2026-03-03 09:00", source="address"):
    case = read_case({})
    person = type(case.person)(name="Егор", zones=(ZoneEvidence(source, zones),))
    return type(case)(at(now), case.campaign, case.lead, person, case.number)


def rang(*days):
    return tuple(Touch(NOON - timedelta(days=day), reach="rang") for day in days)


def until(case, policy):
    return decide(case, policy).until


def test_a_day_that_begins_at_one_in_the_morning_begins_then():
    """In Cairo the clock went from 00:00 to 01:00 on 24 April 2026: there was no midnight."""
    case = case_in("Africa/Cairo", now="2026-04-23 15:00")
    case.touches = (Touch(at("2026-04-23 14:00")),)
    cap = one("frequency.person", max=1, window="calendar(day)")
    assert until(case, cap) == at("2026-04-23 22:00")


def test_a_day_with_two_midnights_begins_at_the_first():
    """In Havana the hour after midnight of 1 November 2026 came twice."""
    case = case_in("America/Havana", now="2026-10-31 18:00")
    case.touches = (Touch(at("2026-10-31 14:00")),)
    cap = one("frequency.person", max=1, window="calendar(day)")
    assert until(case, cap) == at("2026-11-01 04:00")


def test_a_calendar_month_of_a_leap_year_has_its_29_february():
    case = case_in("Europe/Moscow", now="2028-02-28 12:00")
    case.touches = (Touch(at("2028-02-01 12:00")),)
    cap = one("frequency.person", max=1, window="calendar(month)")
    assert until(case, cap) == at("2028-02-29 21:00")


def test_a_touch_counts_until_its_day_has_ended_in_every_zone():
    case = case_in("Asia/Vladivostok", "Europe/Kaliningrad")
    case.touches = (Touch(at("2026-03-03 08:00")),)
    cap = one("frequency.person", max=1, window="calendar(day)")
    assert until(case, cap) == at("2026-03-03 22:00")


def test_thirty_days_are_720_hours_also_when_the_clock_changes():
    case = case_in("Europe/London", now="2026-04-01 12:00")
    case.touches = (Touch(at("2026-03-15 09:30")),)
    cap = one("frequency.person", max=1, window="rolling(P30D)")
    assert until(case, cap) == at("2026-04-14 09:30")


CAPS = ("number", "person", "offer", "topic", "campaign", "purpose")


@pytest.mark.parametrize("subject", CAPS)
@pytest.mark.parametrize("window,days", [("rolling(PT24H)", 1), ("rolling(P30D)", 30)])
def test_a_rolling_window_lets_go_of_a_touch_to_the_microsecond(subject, window, days):
    case = case_in("UTC")
    case.touches = (Touch(NOON - timedelta(days=days) + MICRO, campaign=1),)
    cap = one(f"frequency.{subject}", max=1, window=window)
    assert until(case, cap) == NOON + MICRO
    assert decide(case.at(NOON + MICRO), cap).reasons == ()


def test_a_touch_at_midnight_belongs_to_the_day_that_begins():
    case = case_in("UTC")
    case.touches = (Touch(at("2026-03-03 00:00")),)
    cap = one("frequency.person", max=1, window="calendar(day)")
    assert until(case, cap) == at("2026-03-04 00:00")
    case.touches = (Touch(at("2026-03-03 00:00") - MICRO),)
    assert decide(case, cap).reasons == ()


def test_a_lock_begins_with_the_touch_that_filled_the_cap_and_outlasts_the_window():
    case = case_in("UTC")
    case.touches = rang(3, 2)
    cap = one("frequency.person", max=2, window="rolling(P3D)", lock_hours=96)
    assert until(case, cap) == NOON + timedelta(days=2)


def test_touches_too_far_apart_to_fill_the_cap_start_no_lock():
    case = case_in("UTC")
    case.touches = rang(4, 1)
    assert until(case, one("frequency.person", max=2, window="rolling(P3D)", lock_hours=96)) is None
    assert decide(case, one("frequency.person", max=2, window="rolling(P3D)")).reasons == ()


def test_a_waivable_cap_lets_go_when_the_asked_for_time_comes_and_holds_after_it():
    case = read_case({"lead": {"callback_at": "in 2 hours"}})
    case.touches = (Touch(NOON - timedelta(hours=1), reach="rang"),)
    asked_at = NOON + timedelta(hours=2)
    assert until(case, HOUSE) == asked_at
    assert decide(case.at(asked_at), HOUSE).ruling is Ruling.CLEAR
    late = asked_at + timedelta(minutes=15)
    assert decide(case.at(late - MICRO), HOUSE).ruling is Ruling.CLEAR
    assert decide(case.at(late), HOUSE).codes == ("frequency.person",)


def test_a_waivable_cap_for_ever_lets_go_at_the_asked_for_time():
    case = read_case({"lead": {"callback_at": "in 2 hours"}})
    case.touches = rang(100)
    waivable = one("frequency.person", max=1, window="ever", waivable=True)
    assert until(case, waivable) == NOON + timedelta(hours=2)
    assert decide(case, one("frequency.person", max=1, window="ever")).ruling is Ruling.BLOCKED


def test_a_half_hour_zone_opens_at_its_own_nine():
    case = case_in("Asia/Kolkata", now="2026-03-03 03:29:59")
    hours = one("hours.closed", hours={"mon-fri": ["09:00-20:00"]})
    assert until(case, hours) == at("2026-03-03 03:30")


def test_the_last_call_of_the_day_has_stopped_ringing_at_closing_time():
    hours = one("hours.closed", hours={"mon-fri": ["09:00-20:00"]})
    last = at("2026-03-03 19:59:35") - MICRO
    case = case_in("UTC")
    assert decide(case.at(last), hours).ruling is Ruling.CLEAR
    assert until(case.at(last + MICRO), hours) == at("2026-03-04 09:00")


def test_a_call_may_ring_over_midnight_when_both_days_are_open():
    hours = one("hours.closed", hours={"mon-sun": ["00:00-24:00"]})
    case = case_in("Europe/London", now="2026-03-02 23:59:50")
    assert decide(case, hours).ruling is Ruling.CLEAR


def test_a_window_within_the_hour_that_comes_twice_opens_twice():
    """In London 01:00-02:00 of 25 October 2026 came twice."""
    hours = one("hours.closed", hours={"sun": ["01:15-01:45"]})
    case = case_in("Europe/London", now="2026-10-24 12:00")
    assert until(case, hours) == at("2026-10-25 00:15")
    assert until(case.at(at("2026-10-25 00:50")), hours) == at("2026-10-25 01:15")


def test_a_window_within_the_hour_that_never_came_opens_a_week_later():
    """In London there was no 01:00-02:00 on 29 March 2026."""
    hours = one("hours.closed", hours={"sun": ["01:15-01:45"]})
    case = case_in("Europe/London", now="2026-03-28 12:00")
    assert until(case, hours) == at("2026-04-05 00:15")


def test_a_day_past_the_horizon_of_its_calendar_is_judged_by_its_weekday():
    hours = one("hours.closed", hours={"mon-fri": ["09:00-20:00"]})
    case = case_in("UTC")
    case.calendars = (Calendar("RU", frozenset((date(2026, 3, 3),)), date(2026, 3, 2)),)
    assert decide(case, hours).ruling is Ruling.CLEAR
    case.calendars = (Calendar("RU", frozenset((date(2026, 3, 3),)), date(2026, 3, 3)),)
    assert until(case, hours) == at("2026-03-04 09:00")


def test_a_person_who_may_be_anywhere_from_kaliningrad_to_kamchatka_has_no_common_hour():
    case = case_in("Europe/Kaliningrad", "Asia/Kamchatka", source="prefix")
    hours = one("hours.closed", hours={"mon-fri": ["10:00-20:00"]})
    assert decide(case, hours).codes == ("hours.zone_unknown",)
    assert decide(case, hours).ruling is Ruling.BLOCKED


@pytest.mark.parametrize("zone", ["", "Nowhere/Land", "Europe", "Factory", "../etc/passwd", "x\0y"])
def test_a_zone_that_cannot_be_read_blocks(zone):
    hours = one("hours.closed", hours={"mon-fri": ["09:00-20:00"]})
    assert decide(case_in(zone), hours).codes == ("hours.zone_unknown",)


@pytest.mark.parametrize("address", ["Etc/GMT-5", "Europe/Saratov", "Asia/Barnaul"])
def test_an_address_under_another_name_of_a_zone_of_the_prefix_agrees_with_it(address):
    prefix = ("Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Krasnoyarsk")
    evidence = (ZoneEvidence("address", (address,)), ZoneEvidence("prefix", prefix))
    assert candidate_zones(evidence) == (address,)


def test_lesser_evidence_that_shares_a_zone_adds_none():
    case = case_in("UTC")
    prefix = ZoneEvidence("prefix", ("UTC", "Pacific/Auckland"))
    case.person.zones = (prefix, ZoneEvidence("address", ("UTC",)))
    hours = one("hours.closed", hours={"mon-fri": ["09:00-20:00"]})
    assert decide(case, hours).ruling is Ruling.CLEAR
    case.person.zones = (prefix, ZoneEvidence("address", ("Europe/Oslo",)))
    assert decide(case, hours).reasons != ()


def test_what_the_person_declared_stands_alone():
    case = case_in("UTC")
    case.person.zones = (ZoneEvidence("prefix", ("Mars",)), ZoneEvidence("declared", ("UTC",)))
    hours = one("hours.closed", hours={"mon-fri": ["09:00-20:00"]})
    assert decide(case, hours).ruling is Ruling.CLEAR


@pytest.mark.parametrize(
    "rule,places,counts",
    [
        ("US-FL", ["US-FL"], True),
        ("US-FL", ["US"], True),
        ("US", ["US-FL"], True),
        ("US-FL", ["ZZ"], True),
        ("US-FL", [], True),
        ("US-FL", ["US-NY", "US-FL"], True),
        ("US-FL", ["US-NY"], False),
        ("US-FL", ["GB"], False),
    ],
)
def test_a_cap_of_a_region_protects_whoever_may_be_there(rule, places, counts):
    case = case_in("UTC")
    case.touches = rang(1)
    case.jurisdictions = tuple(Jurisdiction(place, "pack") for place in places)
    cap = one("frequency.person", max=1, window="ever", jurisdiction=rule)
    assert bool(decide(case, cap).reasons) is counts


def test_next_clear_goes_from_objection_to_objection():
    """The day's cap ends at midnight, when it is closed; the next opening is clear."""
    case = read_case({"touches": [{"at": "1 hour ago", "reach": "rang"}]})
    assert until(case, HOUSE) == at("2026-03-03 21:00")
    assert next_clear(case, HOUSE) == at("2026-03-04 06:00")


def test_wilson_knows_a_published_interval():
    """For 15 of 20 the upper end is 0.8881."""
    assert wilson_upper(15, 20) == pytest.approx(0.8881, abs=5e-5)


def test_a_source_that_accepted_more_often_than_it_talked_cannot_be_judged():
    source = {"name": "list", "conversations": 10, "acceptances": 30}
    assert decide(read_case({"lead": {"source": source}}), HOUSE).codes == ("check.failed",)


@pytest.mark.parametrize(
    "given,codes",
    [
        ({"lead": {"score": 0.05}}, ()),
        ({"lead": {"score": 0.05 - 1e-9}}, ("quality.score",)),
        ({"lead": {"score": 1.01}}, ("quality.score",)),
        ({"campaign": {"category": 2}, "lead": {"level": 3}}, ()),
        ({"campaign": {"category": 2}, "lead": {"level": 2}}, ("quality.level",)),
        ({"campaign": {"category": 2}, "lead": {"level": -1}}, ("quality.level",)),
        ({"campaign": {"category": 1}, "lead": {"level": 5}}, ()),
        ({"campaign": {"category": 3}, "lead": {"level": 5}}, ("quality.level",)),
        ({"lead": {"level": 6}}, ("quality.level",)),
        ({"lead": {"reason_shared_by": 20}}, ()),
        ({"lead": {"reason_shared_by": 21}}, ("personal.reason",)),
        ({"campaign": {"leads": 1}, "lead": {"reason_shared_by": 1}}, ()),
        ({"lead": {"reason_facts": 0}}, ("personal.reason",)),
        ({"lead": {"score": -1, "level": -1, "source": {"name": "x", "conversations": 9}}}, ()),
    ],
)
def test_what_is_known_of_a_lead_is_judged_at_the_limit_itself(given, codes):
    assert decide(read_case(given), HOUSE).codes == codes


def test_a_category_asks_for_its_level_where_the_house_asks_for_less():
    case = read_case({"campaign": {"category": 2}, "lead": {"level": 2}})
    assert decide(case, one("quality.level", level_min=1)).codes == ("quality.level",)
    case.lead.level = 3
    assert decide(case, one("quality.level", level_min=1)).reasons == ()
    assert decide(case, one("quality.level", level_min=4)).codes == ("quality.level",)


def test_talk_that_fills_the_time_holds_until_its_oldest_part_has_left():
    case = case_in("UTC")
    talked = ((9, 60), (5, 30), (2, 29), (1, 1))
    case.touches = tuple(
        Touch(NOON - timedelta(days=day), talk_seconds=minutes * 60) for day, minutes in talked
    )
    limit = one("history.talk_time", minutes_max=60, within_days=7)
    assert until(case, limit) == NOON + timedelta(days=2)
    assert decide(case.at(NOON + timedelta(days=2)), limit).reasons == ()
    assert decide(case, one("history.talk_time", minutes_max=61, within_days=7)).reasons == ()


def test_a_full_calendar_day_lets_go_at_midnight_itself():
    case = case_in("UTC")
    case.touches = (Touch(NOON),)
    cap = one("frequency.person", max=1, window="calendar(day)")
    assert decide(case.at(at("2026-03-04 00:00") - MICRO), cap).codes == ("frequency.person",)
    assert decide(case.at(at("2026-03-04 00:00")), cap).reasons == ()


def test_with_a_lock_the_window_still_ends_with_its_own_touch():
    case = case_in("UTC")
    case.touches = rang(8, 5, 2)
    cap = one("frequency.person", max=2, window="rolling(P7D)", lock_hours=1)
    assert until(case, cap) == NOON + timedelta(days=2)


def test_a_no_at_the_instant_of_a_yes_is_the_stronger_word():
    yes = {"given": True, "at": "5 days ago", "evidence": True}
    no = {"given": False, "at": "5 days ago"}
    assert decide(read_case({"person": {"consents": [yes, no]}}), HOUSE).codes == (
        "consent.missing",
    )
    later = {**yes, "at": "4 days ago"}
    assert decide(read_case({"person": {"consents": [no, later]}}), HOUSE).reasons == ()


def test_a_consent_ends_at_the_instant_it_names():
    ends = {"given": True, "at": "5 days ago", "evidence": True, "expires_at": "in 1 hour"}
    case = read_case({"person": {"consents": [ends]}})
    over = NOON + timedelta(hours=1)
    assert decide(case.at(over - MICRO), HOUSE).reasons == ()
    assert decide(case.at(over), HOUSE).codes == ("consent.expired",)


@pytest.mark.parametrize("code", ["refusal.topic", "refusal.repeat"])
def test_a_rest_after_several_noes_is_over_at_its_own_instant(code):
    noes = [{"kind": "soft", "at": f"{days} days ago", "topic": 1} for days in (20, 10)]
    case = read_case({"refusals": noes})
    rung = one(code, times=2, within_days=30, rest_days=15)
    over = NOON + timedelta(days=5)
    assert until(case, rung) == over
    assert decide(case.at(over - MICRO), rung).codes == (code,)
    assert decide(case.at(over), rung).reasons == ()


def test_a_campaign_begins_and_ends_at_its_own_instants():
    case = read_case({"campaign": {"starts_at": "in 1 hour", "ends_at": "in 2 hours"}})
    starts_at, ends_at = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
    assert decide(case.at(starts_at - MICRO), HOUSE).codes == ("campaign.not_running",)
    assert decide(case.at(starts_at), HOUSE).reasons == ()
    assert decide(case.at(ends_at - MICRO), HOUSE).reasons == ()
    assert decide(case.at(ends_at), HOUSE).codes == ("campaign.expired",)


def test_a_register_is_fresh_until_the_limit_and_not_at_it():
    rule = one("suppression.registry_stale", registry="dnc", age_max_days=31)
    case = read_case({"campaign": {"registries": [{"name": "dnc", "extracted_at": "31 days ago"}]}})
    assert decide(case, rule).codes == ("suppression.registry_stale",)
    assert decide(case.at(NOON - MICRO), rule).reasons == ()
    other = read_case({"campaign": {"registries": [{"name": "tps", "extracted_at": "1 day ago"}]}})
    assert decide(other, rule).ruling is Ruling.BLOCKED
