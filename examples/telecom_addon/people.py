# ruff: noqa: INP001 - beside make_lists.py, not a package
"""Invented names and real regions, for make_lists.py."""

import random

CONSENT_TEXT = "Согласен получать предложения «Телеком» по телефону"

WOMEN = (
    ("Анна", "Мария", "Елена", "Ольга", "Наталья", "Ирина", "Светлана", "Юлия", "Дарья", "Алина"),
    ("Сергеевна", "Ивановна", "Петровна", "Олеговна", "Андреевна", "Юрьевна", "Павловна"),
    ("Орлова", "Зимина", "Белова", "Лаптева", "Седова", "Гущина", "Жданова", "Рогова", "Уварова"),
)
MEN = (
    ("Егор", "Пётр", "Алексей", "Дмитрий", "Сергей", "Николай", "Тимур", "Илья", "Роман", "Фёдор"),
    ("Сергеевич", "Иванович", "Петрович", "Олегович", "Андреевич", "Юрьевич", "Павлович"),
    ("Орлов", "Зимин", "Белов", "Лаптев", "Седов", "Гущин", "Жданов", "Рогов", "Уваров", "Чижов"),
)

# How it is written in the list, what the time zone column says, and how often it occurs. At ten
# in Moscow it is nine in Kaliningrad, five in the afternoon in Vladivostok, seven in the evening
# on Kamchatka.
REGIONS: tuple[tuple[str, str, int], ...] = (
    ("Москва", "", 160), ("г. Москва", "МСК", 60), ("Московская обл.", "", 90),
    ("Санкт-Петербург", "", 60), ("СПб", "Europe/Moscow", 40), ("Татарстан", "", 40),
    ("Краснодарский край", "", 40), ("Ростовская область", "МСК", 30),
    ("Самарская область", "", 45), ("Удмуртия", "Europe/Samara", 20),
    ("Свердловская обл.", "", 60), ("Челябинская область", "Asia/Yekaterinburg", 40),
    ("Башкортостан", "", 30), ("Пермский край", "", 30), ("Омская область", "", 30),
    ("Новосибирская обл", "", 45), ("Красноярский край", "", 40), ("Иркутская область", "", 30),
    ("Амурская область", "", 15), ("Приморский край", "", 30),
    ("Хабаровский край", "Asia/Vladivostok", 20), ("Калининградская область", "", 30),
    ("Камчатский край", "", 25), ("", "Europe/Moscow", 25), ("", "", 30), ("Россия", "", 10),
)  # fmt: skip


def a_name(roll: random.Random) -> str:
    """Invent a name, in one of the orders in which lists have them."""
    first, middle, last = (roll.choice(words) for words in roll.choice((WOMEN, MEN)))
    return roll.choice((f"{last} {first} {middle}", f"{first} {last}", f"{first} {middle}", first))


def a_region(roll: random.Random) -> tuple[str, str]:
    """Choose a region and what the time zone column says beside it."""
    region, zone, _ = roll.choices(REGIONS, weights=[share for *_, share in REGIONS])[0]
    return region, zone
