"""Holidays as published, corrected by officers, with a horizon that admits what is not known."""

from datetime import date, timedelta

from orchestrator.calendars import Calendars

TODAY = date(2026, 11, 22)


def test_days_that_russia_moved_by_decree_are_holidays():
    russia = Calendars().for_region("RU", today=TODAY)
    assert date(2026, 12, 31) in russia.holidays
    assert date(2027, 2, 22) in russia.holidays


def test_a_saturday_moved_to_be_a_working_day_is_no_holiday_and_stays_a_saturday():
    russia = Calendars().for_region("RU", today=TODAY)
    assert date(2027, 2, 20) not in russia.holidays


def test_russia_is_known_as_far_as_its_decrees_reach():
    assert Calendars().for_region("RU", today=TODAY).horizon == date(2027, 12, 31)
    late = Calendars().for_region("RU", today=date(2028, 3, 1))
    assert late.horizon == date(2027, 12, 31)


def test_a_country_without_decrees_is_known_to_the_end_of_the_range():
    france = Calendars().for_region("FR", today=TODAY)
    assert france.horizon == TODAY + timedelta(days=430)


def test_britain_keeps_the_holidays_of_all_its_parts():
    britain = Calendars().for_region("GB", today=TODAY)
    assert date(2027, 3, 29) in britain.holidays  # Easter Monday: not in Scotland.
    assert date(2027, 1, 4) in britain.holidays  # 2 January, moved: only in Scotland.
    assert date(2027, 7, 12) in britain.holidays  # Only in Northern Ireland.


def test_a_state_has_its_own_days_beside_the_country_s():
    florida = Calendars().for_region("US-FL", today=TODAY)
    assert florida.holidays > Calendars().for_region("US", today=TODAY).holidays


def test_an_unknown_state_keeps_at_least_the_country_s_days():
    somewhere = Calendars().for_region("US-XX", today=TODAY)
    assert somewhere.holidays == Calendars().for_region("US", today=TODAY).holidays


def test_an_unknown_place_has_no_holidays_and_is_known_no_further_than_today():
    nowhere = Calendars().for_region("ZZ", today=TODAY)
    assert nowhere.holidays == frozenset()
    assert nowhere.horizon == TODAY


def test_an_officer_s_word_about_a_day_comes_first():
    declared = {date(2026, 12, 31): False, date(2026, 12, 30): True}
    russia = Calendars().for_region("RU", declared, today=TODAY)
    assert date(2026, 12, 31) not in russia.holidays
    assert date(2026, 12, 30) in russia.holidays


def test_the_calendar_reaches_from_forty_days_ago_to_430_days_ahead():
    russia = Calendars().for_region("RU", today=TODAY)
    assert date(2026, 11, 4) in russia.holidays
    assert min(russia.holidays) >= TODAY - timedelta(days=40)
    assert max(russia.holidays) <= TODAY + timedelta(days=430)


def test_the_same_question_gives_the_same_object():
    calendars = Calendars()
    first = calendars.for_region("RU", {date(2026, 12, 30): True}, today=TODAY)
    assert calendars.for_region("RU", {date(2026, 12, 30): True}, today=TODAY) is first
    assert calendars.for_region("RU", today=TODAY) is not first
