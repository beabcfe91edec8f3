"""Numbers as people write them; and the quick way always agrees with the library."""

import random
import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import timezone as library_zones

from orchestrator.numbering import Kind, Number, Problem, Unread, read, read_one

MOBILE = "+79120001234"


def e164s(text: str, region: str = "RU") -> list[str]:
    return [number.e164 for number in read(text, region=region)[0]]


@pytest.mark.parametrize(
    "text",
    [
        "8 (912) 000-12-34", "+7 912 000 12 34", "79120001234", "9120001234", "89120001234",
        "007 912 000 12 34", "8-10-7-912-000-12-34", "8.912.000.12.34", "tel:+79120001234",
        "тел. 8 912 000-12-34", " +7\u00a0912\u00a0000\u201112\u201134 ", "８９１２０００１２３４",
    ],
)  # fmt: skip
def test_every_way_people_write_a_number_gives_the_same_number(text):
    assert e164s(text) == [MOBILE]


@pytest.mark.parametrize(
    "text, problem",
    [
        ("8912ООО1234", Problem.LETTERS),
        ("89120001З34", Problem.LETTERS),
        ("8912000l234", Problem.LETTERS),
        ("8912OOO1234", Problem.LETTERS),
        ("²9120001234", Problem.LETTERS),
        ("7.9120001234E10", Problem.FLOAT),
        ("7,9120001234E+10", Problem.FLOAT),
        ("79120001234.0", Problem.FLOAT),
        ("79120001234.5", Problem.FLOAT),
        ("", Problem.MISSING),
        (" \t", Problem.MISSING),
        ("12345", Problem.INVALID),
        ("+", Problem.INVALID),
        ("1" * 500, Problem.INVALID),
    ],
)
def test_what_is_not_a_number_says_why(text, problem):
    numbers, unread = read(text, region="RU")
    assert numbers == ()
    assert [each.problem for each in unread] == [problem]


@pytest.mark.parametrize(
    "text",
    [
        "89120001234, 89120001235", "89120001234;89120001235", "89120001234/89120001235",
        "89120001234\n89120001235", "89120001234 89120001235", "8 912 000 12 34 8 912 000 12 35",
        "89120001234 | +7 (912) 000-12-35",
    ],
)  # fmt: skip
def test_two_numbers_in_one_cell_are_two_numbers(text):
    assert e164s(text) == [MOBILE, "+79120001235"]


@pytest.mark.parametrize("text", ["89120001234, 123", "123; 89120001234", "12 89120001234"])
def test_of_a_good_and_a_bad_number_the_good_one_is_kept(text):
    numbers, unread = read(text, region="RU")
    assert [number.e164 for number in numbers] == [MOBILE]
    assert [each.problem for each in unread] == [Problem.INVALID]


def test_the_same_number_twice_in_a_cell_is_one_number():
    assert e164s("89120001234, +7 912 000-12-34") == [MOBILE]


@pytest.mark.parametrize(
    "text", ["+7 495 000 12 34 доб. 12", "84950001234 ext 12", "8 495 000 12 34, доб. 12"]
)
def test_an_extension_makes_no_other_number(text):
    (number,), unread = read(text, region="RU")
    assert (number.e164, number.extension, unread) == ("+74950001234", "12", ())


def test_a_slash_inside_a_german_number_parts_nothing():
    assert e164s("030/23125123", "DE") == ["+493023125123"]


@pytest.mark.parametrize(
    "text, kind, is_callable",
    [
        (MOBILE, Kind.MOBILE, True),
        ("+74950001234", Kind.FIXED, True),
        ("+12125550123", Kind.FIXED_OR_MOBILE, True),
        ("+78001000123", Kind.TOLL_FREE, False),
        ("+78090001234", Kind.PREMIUM, False),
        ("+80012345678", Kind.TOLL_FREE, False),
    ],
)
def test_the_plan_says_what_a_number_is_for(text, kind, is_callable):
    number = read_one(text, region="RU")
    assert isinstance(number, Number)
    assert (number.kind, number.is_callable) == (kind, is_callable)


@pytest.mark.parametrize(
    "text, zones",
    [
        ("+74012000000", ("Europe/Kaliningrad",)),
        ("+78452000000", ("Europe/Saratov",)),
        ("+74112000000", ("Asia/Yakutsk", "Asia/Vladivostok", "Asia/Srednekolymsk")),
        ("+74950001234", ("Europe/Moscow",)),
        ("+442079460123", ("Europe/London",)),
        ("+77010001234", ("Asia/Almaty", "Asia/Aqtobe")),
        ("+80012345678", ()),
    ],
)
def test_the_zones_are_those_of_the_place(text, zones):
    number = read_one(text, region="RU")
    assert isinstance(number, Number)
    assert number.zones == zones


def test_a_russian_mobile_may_be_anywhere_in_russia_and_nowhere_else():
    number = read_one(MOBILE, region="RU")
    assert isinstance(number, Number)
    assert {"Europe/Kaliningrad", "Asia/Kamchatka", "Europe/Saratov"} >= {number.zones[0]}
    assert not {"Asia/Almaty", "Asia/Aqtobe", "Europe/Bucharest"} & set(number.zones)
    assert len(number.zones) == 15


# ------------------------------------------------------------------------------ the library agrees


def by_the_library(text: str, region: str) -> tuple[str, str | None, int] | None:
    text = re.sub(r"^00(?=[1-9])", "+", text)  # Wherever it was written, 00 is "abroad" to us.
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    country = phonenumbers.region_code_for_number(parsed)
    return e164, country, phonenumbers.number_type(parsed)


def by_us(text: str, region: str) -> tuple[str, str | None, int] | None:
    number = read_one(text, region=region)
    if isinstance(number, Unread):
        return None
    names = {
        "MOBILE": phonenumbers.PhoneNumberType.MOBILE,
        "FIXED": phonenumbers.PhoneNumberType.FIXED_LINE,
        "FIXED_OR_MOBILE": phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
        "VOIP": phonenumbers.PhoneNumberType.VOIP,
        "TOLL_FREE": phonenumbers.PhoneNumberType.TOLL_FREE,
        "PREMIUM": phonenumbers.PhoneNumberType.PREMIUM_RATE,
        "SHARED_COST": phonenumbers.PhoneNumberType.SHARED_COST,
        "UAN": phonenumbers.PhoneNumberType.UAN,
        "PERSONAL": phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
        "PAGER": phonenumbers.PhoneNumberType.PAGER,
    }
    return number.e164, number.region, names[number.kind.name]


def test_the_quick_way_agrees_with_the_library_on_every_block_of_russia_and_kazakhstan():
    chance = random.Random(7)
    for block in range(0, 1_000_000, 23):
        text = f"+7{block:06d}{chance.randrange(10_000):04d}"
        assert by_us(text, "RU") == by_the_library(text, "RU"), text


@pytest.mark.parametrize("form", ["+7{}", "8{}", "7{}", "{}", "8 ({0:.3}) {0}"])
@pytest.mark.parametrize("region", ["RU", "KZ", "US", "DE"])
def test_the_quick_way_agrees_with_the_library_in_every_notation(form, region):
    chance = random.Random(form + region)
    for _ in range(1500):
        text = form.format(f"{chance.randrange(10**10):010d}")
        assert by_us(text, region) == by_the_library(text, region), text


@given(st.text(alphabet="0123456789+()- .", max_size=16), st.sampled_from(["RU", "US", "GB"]))
def test_no_text_of_digits_and_signs_becomes_another_number(text, region):
    ours = by_us(text, region)
    if ours is not None:
        assert ours == by_the_library(text.strip(), region)


@given(st.integers(0, 10**8 - 1), st.sampled_from(["+44", "+1", "+33", "+61", "+49", "+39", "+34"]))
def test_zones_are_those_of_the_library_where_we_correct_nothing(tail, code):
    text = f"{code}{tail + 10**9}"
    number = read_one(text, region="RU")
    if isinstance(number, Number):
        parsed = phonenumbers.parse(text)
        expected = tuple(library_zones.time_zones_for_number(parsed))
        assert number.zones == tuple(zone for zone in expected if zone != "Etc/Unknown")


@given(st.text(max_size=40))
def test_any_text_at_all_is_answered(text):
    numbers, unread = read(text, region="RU")
    assert numbers or unread
