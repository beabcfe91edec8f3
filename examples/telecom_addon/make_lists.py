# ruff: noqa: INP001, S311 - a program of its own; chance from a seed is the point
"""Write the three lists of the example anew: `python examples/telecom_addon/make_lists.py`.

The same seed gives the same files, byte for byte. Everybody in them is invented, and every
number ends in 000 and four digits, which nobody has.
"""

import csv
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from history import STOP_WORDS, told
from messes import BAD_VALUES, MESSES, spell
from people import CONSENT_TEXT, a_name, a_region

HERE = Path(__file__).parent
SEED = 20_261_124
TODAY = datetime(2026, 11, 24)  # noqa: DTZ001 - Moscow time, as the lists are written
ROWS = 3_000
CUSTOMERS = 2_868
HEADER = (
    "Лицевой счёт", "ФИО", "Телефон", "Доп. телефон", "Город/регион", "Часовой пояс",
    "Тариф интернета", "Подключенные услуги", "Согласие (да/нет)", "Дата согласия",
    "Как получено", "Текст согласия", "Документ", "Причина звонка", "Сигнал", "Дата сигнала",
    "Оценка", "Уровень", "Особая категория", "Открытое обращение", "Источник",
)  # fmt: skip
HISTORY_HEADER = (
    "ID звонка", "Дата и время", "Лицевой счёт", "Телефон", "Канал", "Направление",
    "Результат", "Оффер", "Длительность", "Комментарий",
)  # fmt: skip
STOP_HEADER = ("Телефон", "Дата", "Причина", "Слова")

MOBILE_CODES = (903, 905, 906, 909, 910, 912, 915, 916, 917, 919, 921, 926, 950, 961, 964, 983)
TARIFFS = ("Дом 100", "Дом 300", "Дом 500", "Семья 300", "Игровой 800")
SIGNALS = {
    "смотрел условия второй сим-карты": "{day} вы смотрели условия второй сим-карты",
    "спросил в чате о мобильной связи": "{day} вы спрашивали в чате о мобильной связи",
    "заканчивается скидка на интернет": "{day} заканчивается ваша скидка на интернет",
    "переехал": "{day} вы перенесли интернет на новый адрес",
    "подключил детский антивирус": "{day} вы подключили детский антивирус",
}
# A source is judged by its conversations as a whole, so it matters that they are told apart.
SOURCES = {
    "смотрел условия второй сим-карты": "личный кабинет",
    "спросил в чате о мобильной связи": "чат",
    "заканчивается скидка на интернет": "биллинг",
    "переехал": "заявки на переезд",
    "подключил детский антивирус": "магазин услуг",
}
ONE_REASON_FOR_ALL = "Вы наш клиент, поэтому вам доступна сим-карта"


@dataclass
class Customer:
    """One invented customer, as the CRM would know them were it tidy."""

    account: str
    number: str
    row: dict[str, str] = field(default_factory=dict)


def main() -> None:
    """Write leads.csv, history.csv and do_not_call.csv."""
    roll = random.Random(SEED)
    customers = [a_customer(roll, place) for place in range(CUSTOMERS)]
    rows = [customer.row for customer in customers]
    for customer in customers:
        for share, mess in MESSES:
            if roll.random() < share:
                mess(roll, customer.row)
    share_numbers(roll, customers)
    rows += spoilt(roll, customers)
    rows += [dict(roll.choice(customers[: CUSTOMERS // 2]).row) for _ in range(ROWS - len(rows))]
    roll.shuffle(rows)
    write("leads.csv", HEADER, rows)
    known = [(customer.account, customer.number) for customer in customers]
    write("history.csv", HISTORY_HEADER, told(roll, known, TODAY))
    write("do_not_call.csv", STOP_HEADER, stop_list(roll, customers))


def a_customer(roll: random.Random, place: int) -> Customer:
    """Invent a customer whom the campaign might well call."""
    number = a_number(place)
    region, zone = a_region(roll)
    level, score = a_level(roll)
    asked_days_ago = roll.randint(1, 170)
    signal, reason, signal_day = "", "", TODAY - timedelta(days=asked_days_ago)
    if level >= 4:  # noqa: PLR2004 - from here on a lead rests on a signal
        signal = roll.choice(list(SIGNALS))
        reason = SIGNALS[signal].format(day=day(signal_day))
    elif roll.random() < 0.28:  # noqa: PLR2004 - most have no reason of their own
        reason = f"{day(signal_day)} вы продлили договор на интернет"
    else:
        reason = ONE_REASON_FOR_ALL
    row = dict.fromkeys(HEADER, "")
    row |= {
        "Лицевой счёт": f"{700_000 + place * 7}",
        "ФИО": a_name(roll),
        "Телефон": spell(roll, number),
        "Город/регион": region,
        "Часовой пояс": zone,
        "Тариф интернета": roll.choice(TARIFFS),
        "Подключенные услуги": roll.choice(("домашний интернет", "домашний интернет, ТВ")),
        "Согласие (да/нет)": roll.choice(("да", "да", "Да", "ДА")),
        "Дата согласия": day(TODAY - timedelta(days=roll.randint(180, 900))),
        "Как получено": roll.choice(("договор", "личный кабинет", "офис")),
        "Текст согласия": CONSENT_TEXT,
        "Документ": f"Д-{roll.randint(2023, 2026)}/{place:05}",
        "Причина звонка": reason,
        "Сигнал": signal,
        "Дата сигнала": day(signal_day) if signal else "",
        "Оценка": a_score(roll, score),
        "Уровень": str(level),
        "Источник": {5: "заявка", 4: SOURCES.get(signal, "")}.get(level, "CRM"),
    }
    return Customer(row["Лицевой счёт"], number, row)


def a_number(place: int) -> str:
    """Give the place-th number that nobody has, each once."""
    code = MOBILE_CODES[place % len(MOBILE_CODES)]
    return f"+7{code}000{(place // len(MOBILE_CODES)) * 7 + 1000:04}"


def a_level(roll: random.Random) -> tuple[int, float]:
    """Choose how good a lead is: its level, and how likely a yes is said to be."""
    level = roll.choices((5, 4, 3), weights=(10, 58, 32))[0]
    low, high = {5: (0.10, 0.35), 4: (0.055, 0.18), 3: (0.04, 0.10)}[level]
    return level, round(roll.uniform(low, high), 3)


def a_score(roll: random.Random, score: float) -> str:
    """Write a probability as people do."""
    percent = f"{score * 100:.1f}"
    return roll.choice(
        (f"{score:.3f}", f"{score:.3f}".replace(".", ","), f"{percent}%", f"{percent} %")
    )


def day(date: datetime) -> str:
    """Write a date as people do in Russia."""
    return f"{date:%d.%m.%Y}"


def share_numbers(roll: random.Random, customers: list[Customer]) -> None:
    """Let 70 households have one number between two customers, 12 of them one name too."""
    for place, (one, other) in enumerate(zip(customers[100:170], customers[400:470], strict=True)):
        other.number = one.number
        other.row["Телефон"] = spell(roll, one.number)
        one.row["Телефон"] = spell(roll, one.number)
        one.row["Доп. телефон"] = other.row["Доп. телефон"] = ""
        other.row["Город/регион"] = one.row["Город/регион"]
        other.row["Часовой пояс"] = one.row["Часовой пояс"]
        if place % 6 == 0:
            other.row["ФИО"] = one.row["ФИО"]


def spoilt(roll: random.Random, customers: list[Customer]) -> list[dict[str, str]]:
    """Make rows that cannot be taken: no number, a broken one, a value nobody can read."""
    rows = []
    for place in range(88):
        row = dict(roll.choice(customers).row)
        row["Лицевой счёт"] = f"{900_000 + place}"
        column, values = BAD_VALUES[place % len(BAD_VALUES)]
        row[column] = values[place // len(BAD_VALUES) % len(values)]
        if column == "Телефон":
            row["Доп. телефон"] = ""
        rows.append(row)
    return rows


def stop_list(roll: random.Random, customers: list[Customer]) -> list[dict[str, str]]:
    """List people who are not to be called: 150 customers and 110 people we never met."""
    listed = [customer.number for customer in roll.sample(customers[500:], 150)]
    listed += [f"+7999000{place:04}" for place in range(110)]
    roll.shuffle(listed)
    return [
        {
            "Телефон": spell(roll, number),
            "Дата": day(TODAY - timedelta(days=roll.randint(5, 1_000))) if place % 9 else "",
            "Причина": roll.choice(("отказ", "жалоба", "отписка", "не звонить")),
            "Слова": roll.choice(STOP_WORDS),
        }
        for place, number in enumerate(listed)
    ]


def write(name: str, header: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    """Write a list the way an office program does: Windows-1251, semicolons, CRLF."""
    with (HERE / name).open("w", encoding="cp1251", newline="") as file:
        writer = csv.DictWriter(file, header, delimiter=";", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
