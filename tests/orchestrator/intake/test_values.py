"""One cell: read exactly, or not at all."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.intake import regions, values
from orchestrator.intake.refused import Unreadable

MOSCOW = ZoneInfo("Europe/Moscow")
IN_A_SHEET = datetime(2026, 2, 1)  # noqa: DTZ001 - a sheet has no zones


def instant(cell, **ways):
    return values.instant(cell, zone=MOSCOW, **ways)


@pytest.mark.parametrize(
    "cell,score",
    [
        *(("0.05", 0.05), ("0,05", 0.05), ("5%", 0.05), ("5 %", 0.05), (".5", 0.5), (0.05, 0.05)),
        *(("0", 0.0), ("1", 1.0), (1, 1.0), (0.0, 0.0), ("100%", 1.0), ("0,5 %", 0.005)),
        *(("", None), (None, None), ("  ", None)),
    ],
)
def test_a_score_is_a_probability_however_it_is_written(cell, score):
    assert values.score(cell) == (score if score is None else pytest.approx(score))


@pytest.mark.parametrize(
    "cell", ["abc", "1.7", "6", 6, 1.0001, "-0.1", -0.1, "101%", "nan", "inf", "1e-2", "5%%", True]
)
def test_an_unreadable_score_is_neither_clamped_nor_guessed(cell):
    with pytest.raises(Unreadable):
        values.score(cell)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_that_is_no_probability_is_never_one(number):
    try:
        score = values.score(number)
    except Unreadable:
        return
    assert score == pytest.approx(number)
    assert 0 <= number <= 1


@pytest.mark.parametrize("cell", ["6", "0", 6, 4.5, "IV", "-1", "٣"])
def test_a_level_outside_one_to_five_is_unreadable(cell):
    with pytest.raises(Unreadable):
        values.level(cell)


@pytest.mark.parametrize("cell,level", [("1", 1), (5, 5), (4.0, 4), ("", None), (None, None)])
def test_a_level_is_one_to_five(cell, level):
    assert values.level(cell) == level


@pytest.mark.parametrize(
    "cell",
    [
        *("31.02.2026", "2026-02-29", "13/13/2026", "yesterday", "45000", 45000, "01.02.26"),
        *("2026-02-01 25:00", "0001-01-01", "9999-12-31T23:59:59-12:00", "01.02/2026"),
    ],
)
def test_an_impossible_date_is_unreadable(cell):
    with pytest.raises(Unreadable):
        instant(cell)


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "01.02.2026",
            "1.2.2026",
            "01/02/2026",
            "2026-02-01",
            "2026-02-01 00:00",
            "01.02.2026 г.",
        ),
        *("2026-01-31T21:00:00Z", "2026-02-01T00:00:00+03:00", "2026-01-31T23:00+0200"),
        *(date(2026, 2, 1), IN_A_SHEET, datetime(2026, 1, 31, 21, tzinfo=UTC)),
    ],
)
def test_a_date_is_day_month_year_in_the_zone_of_the_file(cell):
    assert instant(cell) == datetime(2026, 1, 31, 21, tzinfo=UTC)


def test_a_slashed_date_is_month_first_only_when_the_mapping_says_so():
    assert instant("01/02/2026", month_first=True) == datetime(2026, 1, 1, 21, tzinfo=UTC)
    assert instant("01.02.2026", month_first=True) == datetime(2026, 1, 31, 21, tzinfo=UTC)


def test_a_date_alone_can_mean_the_end_of_its_day():
    assert instant("01.02.2026", end_of_day=True) == datetime(2026, 2, 1, 20, 59, 59, tzinfo=UTC)
    assert instant("01.02.2026 10:00", end_of_day=True) == datetime(2026, 2, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell,given_", [("да", True), ("YES", True), (1, True), (True, True), ("+", True),
                    ("нет", False), ("0", False), (False, False), ("отказ", False), ("", None)],
)  # fmt: skip
def test_a_yes_and_a_no_are_read_in_two_languages(cell, given_):
    assert values.yes_or_no(cell) is given_


@pytest.mark.parametrize("cell", ["maybe", "2", "да нет", "да?"])
def test_a_perhaps_is_unreadable(cell):
    with pytest.raises(Unreadable):
        values.yes_or_no(cell)


@pytest.mark.parametrize(
    "words",
    [
        *(
            "Клиент",
            "уважаемый КЛИЕНТ",
            "Абонент",
            "test",
            "N/A",
            "n/a",
            "Тест Тестовый",
            "Ю",
            "A.",
        ),
        *("Имя Фамилия", "нет данных", "=1+1", "+79120001234", "Анна 2", "<b>", "-", "xxx", "ФИО"),
        *("Mr. Customer", "Dear Sir", "клиёнт?", "", None, "Анна" * 100),
    ],
)
def test_a_placeholder_is_no_name(words):
    assert values.name(words) is None


@pytest.mark.parametrize(
    "words",
    [
        *("Иванов Иван Иванович", "Ян", "О'Генри", "Анна-Мария", "И. И. Иванов", "Jean-Luc", "Ли"),
        *(
            "Пётр",
            "Клиентова Анна",
            "Тестов Пётр",
            "Владелец Иван",
            "José",
            "Нур-Султан",
            "А.С. Пушкин",
        ),
    ],
)
def test_a_persons_name_is_a_name(words):
    assert values.name(words) == words


@pytest.mark.parametrize(
    "words,zone",
    [
        ("Europe/Moscow", "Europe/Moscow"), ("МСК", "Europe/Moscow"), ("МСК+2", "Etc/GMT-5"),
        ("UTC+5", "Etc/GMT-5"), ("+03:00", "Etc/GMT-3"), ("МСК-3", "Etc/UTC"), ("", None),
    ],
)  # fmt: skip
def test_a_time_zone_is_a_name_or_an_offset(words, zone):
    assert values.time_zone(words) == zone


@pytest.mark.parametrize(
    "words", ["Mars/Olympus", "Etc/Unknown", "UTC+25", "../etc", "5", "Moscow"]
)
def test_an_unreadable_zone_rejects(words):
    with pytest.raises(Unreadable):
        values.time_zone(words)


@pytest.mark.parametrize(
    "words,code,zone",
    [
        ("Свердловская область", "RU", "Asia/Yekaterinburg"), ("г. Москва", "RU", "Europe/Moscow"),
        ("респ. Татарстан", "RU", "Europe/Moscow"), ("САРАТОВСКАЯ ОБЛ", "RU", "Europe/Saratov"),
        ("RU-SAM", "RU", "Europe/Samara"), ("Якутия", "RU", None), ("us-fl", "US-FL", None),
        ("DE", "DE", None),
    ],
)  # fmt: skip
def test_a_region_says_which_law_and_what_time(words, code, zone):
    assert regions.read(words) == (code, zone)


def test_every_zone_of_a_region_exists():
    for place in regions.places().values():
        assert place.zone is None or values.time_zone(place.zone) == place.zone


@pytest.mark.parametrize(
    "cell,seconds", [("75", 75), (75.0, 75), ("1:15", 75), ("01:01:15", 3675), (time(0, 1, 15), 75)]
)
def test_a_length_of_talk_is_seconds_or_a_clock(cell, seconds):
    assert values.seconds(cell) == seconds


@given(st.text(max_size=30))
def test_no_text_breaks_a_reader_in_any_other_way(text):
    readers = (values.score, values.level, values.yes_or_no, values.seconds, instant,
               values.time_zone, values.language, regions.read)  # fmt: skip
    for read in readers:
        try:
            read(text)
        except Unreadable:
            continue
