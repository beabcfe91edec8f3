# ruff: noqa: INP001 - beside make_lists.py, not a package
"""What is wrong with real lists, for make_lists.py: each mess spoils one row in its own way."""

import random
from collections.abc import Callable

Row = dict[str, str]
Mess = Callable[[random.Random, Row], None]


def spell(roll: random.Random, number: str) -> str:
    """Write a number in one of the ways people do."""
    code, head, one, two = number[2:5], number[5:8], number[8:10], number[10:12]
    return roll.choice(
        (
            number,
            f"8 ({code}) {head}-{one}-{two}",
            f"8{code}{head}{one}{two}",
            f"+7 {code} {head} {one} {two}",
            f"+7 ({code}) {head}-{one}{two}",
            f"8-{code}-{head}-{one}-{two}",
            f"8 {code} {head}{one}{two}",
            f"тел. 8 {code} {head} {one} {two}",
            f" 8({code}){head}-{one}-{two} ",
        )
    )


def landline(row: Row, code: int) -> str:
    """Give a landline that nobody else in the list has."""
    place = f"{(int(row['Лицевой счёт']) - 700_000) // 7:04}"
    return f"8 ({code}) 000-{place[:2]}-{place[2:]}"


def second_number(roll: random.Random, row: Row) -> None:
    """Add a landline in the second column."""
    del roll
    row["Доп. телефон"] = landline(row, 495)


def two_in_one_cell(roll: random.Random, row: Row) -> None:
    """Write two numbers into one cell, the second one broken now and then."""
    second = roll.choice((landline(row, 812), "рабочий 12-34"))
    row["Телефон"] = f"{row['Телефон'].strip()}, {second}"


def placeholder(roll: random.Random, row: Row) -> None:
    """Put something where the name should be."""
    row["ФИО"] = roll.choice(
        ("Клиент", "абонент", "", "-", "Уважаемый клиент", "тест", "нет имени")
    )


def no_consent(roll: random.Random, row: Row) -> None:
    """Record a no, or nothing."""
    row["Согласие (да/нет)"] = roll.choice(("нет", "нет", "", ""))
    if not row["Согласие (да/нет)"]:
        row["Дата согласия"] = ""


def undated_consent(roll: random.Random, row: Row) -> None:
    """Forget the date, or write one that there is not or not yet."""
    row["Дата согласия"] = roll.choice(("", "", "31.02.2026", "01.09.2027"))


def unproven_consent(roll: random.Random, row: Row) -> None:
    """Forget where the document is."""
    del roll
    row["Документ"] = ""


def owns_it(roll: random.Random, row: Row) -> None:
    """Say that they have the card already."""
    row["Подключенные услуги"] = roll.choice(
        ("домашний интернет, сим-карта", "сим-карта, домашний интернет, ТВ")
    )


def protected(roll: random.Random, row: Row) -> None:
    """Say that the person is not to be sold anything."""
    row["Особая категория"] = roll.choice(("несовершеннолетний", "под опекой", "да"))


def open_case(roll: random.Random, row: Row) -> None:
    """Say that a complaint or a repair is still open."""
    row["Открытое обращение"] = roll.choice(("не работает интернет", "спор о счёте", "да"))


def bought_list(roll: random.Random, row: Row) -> None:
    """Take the row from a list somebody bought or a partner gave."""
    row["Источник"], row["Уровень"] = roll.choice((("купленная база", "1"), ("партнёр", "2")))
    row["Сигнал"] = row["Дата сигнала"] = ""
    row["Оценка"] = roll.choice(("", "0,004", "0,02"))


def stale_signal(roll: random.Random, row: Row) -> None:
    """Let the signal be more than half a year old, or lose its date."""
    if row["Уровень"] == "4":
        row["Дата сигнала"] = roll.choice(("", "14.02.2026", "03.03.2026", "20.04.2026"))


def no_tariff(roll: random.Random, row: Row) -> None:
    """Leave out what the script needs to say."""
    del roll
    row["Тариф интернета"] = ""


def no_reason(roll: random.Random, row: Row) -> None:
    """Leave out why they should be called."""
    del roll
    row["Причина звонка"] = row["Сигнал"] = ""


def no_score(roll: random.Random, row: Row) -> None:
    """Leave out the probability; now and then also the level and where the lead came from."""
    row["Оценка"] = ""
    if roll.random() < 0.2:  # noqa: PLR2004
        row["Уровень"] = row["Источник"] = ""


MESSES: tuple[tuple[float, Mess], ...] = (
    (0.06, second_number), (0.03, two_in_one_cell), (0.03, placeholder), (0.05, no_consent),
    (0.03, undated_consent), (0.015, unproven_consent), (0.05, owns_it), (0.008, protected),
    (0.015, open_case), (0.05, bought_list), (0.03, stale_signal), (0.015, no_tariff),
    (0.015, no_reason), (0.08, no_score),
)  # fmt: skip

# Values no row survives, by column.
BAD_VALUES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Телефон", ("", "нет", "7,912E+10", "8 (912) 00О-12-34", "912000", "8 800 000 00 00")),
    ("Телефон", ("+7 912 000 12", "12345", "8 (912) ООО-11-22", "79120001234.0", "-")),
    ("Оценка", ("abc", "1,7", "6", "высокая")),
    ("Город/регион", ("Екатеринбург", "Питер", "юг", "д. Простоквашино")),
    ("Уровень", ("6", "A", "4+")),
    ("Согласие (да/нет)", ("наверное", "??", "устно")),
)
