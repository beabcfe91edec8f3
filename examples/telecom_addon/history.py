# ruff: noqa: INP001 - beside make_lists.py, not a package
"""What earlier campaigns and other channels did, for make_lists.py."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

REFUSED = (
    "Нет, вторая симка мне ни к чему",
    "Спасибо, не надо",
    "Дорого, откажусь",
    "У жены и у меня уже всё есть",
    "Не интересует",
    "Мне это не нужно, всего доброго",
)
STOP_WORDS = (
    "Уберите меня из базы",
    "Больше не звоните, никогда",
    "Звонить запрещаю",
    "Ещё один звонок, и я пишу жалобу",
    "Забудьте этот номер",
    "",
)


class Contact(NamedTuple):
    """One contact, between so many days ago, and how it ended."""

    days_ago: tuple[int, int]
    result: str
    offer: str = "tv_2026"
    channel: str = "звонок"
    direction: str = "исходящий"


MISSED = "недозвон"
# Of a hundred customers so many had these contacts; the others had none.
PASTS: tuple[tuple[float, tuple[Contact, ...]], ...] = (
    (9, (Contact((3, 80), "отказ", "sim_spring"),)),
    (6, (Contact((120, 330), "отказ", "sim_spring"),)),
    (
        4,
        (Contact((200, 300), "отказ", "sim_spring"), Contact((95, 180), "неинтересно", "sim_2025")),
    ),
    (2.5, (Contact((2, 28), "отказался"),)),
    (1.5, (Contact((20, 300), "не звонить"),)),
    (3, (Contact((1, 6), "сбросил"),)),
    (4, tuple(Contact((ago, ago), MISSED) for ago in (5, 12, 19, 26))),
    (2, (Contact((1, 1), "разговор", "", direction="входящий"),)),
    (24, (Contact((40, 360), MISSED),)),
    (10, (Contact((40, 360), MISSED), Contact((10, 300), "доставлено", channel="смс"))),
)
TALKED = frozenset(("отказ", "неинтересно", "отказался", "разговор", "не звонить"))


def told(
    roll: random.Random, customers: list[tuple[str, str]], today: datetime
) -> list[dict[str, str]]:
    """Tell every contact of these customers (account, number), oldest first."""
    rows: list[tuple[datetime, dict[str, str]]] = []
    for account, number in customers:
        for contact in _past(roll):
            at = today - timedelta(days=roll.randint(*contact.days_ago))
            at += timedelta(minutes=roll.randint(10 * 60, 17 * 60))
            row = {
                "Дата и время": f"{at:%d.%m.%Y %H:%M}",
                "Лицевой счёт": account,
                "Телефон": number,
                **dict(_how(roll, contact)),
            }
            rows.append((at, row))
    rows.sort(key=lambda entry: (entry[0], entry[1]["Лицевой счёт"]))
    return [{"ID звонка": f"H{place:05}", **row} for place, (_, row) in enumerate(rows, 1)]


def _past(roll: random.Random) -> tuple[Contact, ...]:
    """Choose what happened with one customer before."""
    mark = roll.uniform(0, 100)
    for share, contacts in PASTS:
        mark -= share
        if mark < 0:
            return contacts
    return ()


def _how(roll: random.Random, contact: Contact) -> Iterator[tuple[str, str]]:
    """Write how a contact went, column by column."""
    yield "Канал", contact.channel
    yield "Направление", contact.direction
    yield "Результат", contact.result
    yield "Оффер", contact.offer
    seconds = roll.randint(8, 90) if contact.result in TALKED else 0
    yield "Длительность", f"{seconds // 60}:{seconds % 60:02}" if seconds else ""
    words = ""
    if contact.result == "не звонить":
        words = roll.choice(STOP_WORDS[:-1])
    elif contact.result in TALKED and contact.direction == "исходящий":
        words = roll.choice(REFUSED)
    yield "Комментарий", words
