"""Read one row of a history of contacts, of a do-not-call list, or of a registry extract."""

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple, TypeVar

from orchestrator.intake import person, values
from orchestrator.intake.columns import Columns
from orchestrator.intake.options import Options
from orchestrator.intake.person import Who
from orchestrator.intake.refused import Unreadable
from orchestrator.intake.values import Cell

CHANNELS: Final = {
    "call": ("call", "phone", "voice", "звонок", "телефон"),
    "sms": ("sms", "смс", "text"),
    "email": ("email", "e-mail", "mail", "почта", "письмо", "имейл"),
    "push": ("push", "пуш"),
    "messenger": ("messenger", "chat", "whatsapp", "telegram", "мессенджер", "чат"),
    "visit": ("visit", "meeting", "визит", "встреча"),
}
OUTBOUND: Final = frozenset({"outbound", "out", "исходящий", "исходящее", "исх"})
INBOUND: Final = frozenset({"inbound", "in", "входящий", "входящее", "вх"})
# Why a listed person is listed: each is a refusal that ends everything.
CAUSES: Final = {
    "do_not_call": ("", "donotcall", "dnc", "незвонить", "отказ"),
    "list_removal": ("listremoval", "unsubscribe", "отписка", "удалитьизбазы"),
    "operator": ("operator", "carrier", "оператор", "черезоператора"),
    "complaint": ("complaint", "жалоба"),
}
TALK_SECONDS_MAX: Final = 24 * 3600
Value = TypeVar("Value")


class Disposition(NamedTuple):
    """How a contact ended, in our words: how far it got, and which no it was."""

    code: str
    reach: str
    refusal: str | None


@dataclass(frozen=True, slots=True)
class TouchRow:
    """One contact another system had with a person."""

    row: int
    who: Who
    at: datetime
    channel: str
    outbound: bool
    disposition: Disposition
    offer: str | None
    topic: str | None
    talk_seconds: int
    words: str | None
    touch_id: str | None


@dataclass(frozen=True, slots=True)
class DoNotCallRow:
    """Somebody who is not to be called, ever."""

    row: int
    who: Who
    at: datetime | None
    cause: str
    words: str | None


class ContactReader:
    """Reads rows of one file of contacts or of people not to be called."""

    def __init__(self, columns: Columns, options: Options, *, region: str, now: datetime) -> None:
        self._columns = columns
        self._month_first = options.date_order == "month_first"
        self._zone: tzinfo = values.file_zone(options.zone)
        self._region = region
        self._now = now

    def who(self, row: int, cells: Sequence[Cell]) -> Who:
        """Read whose row it is; numbers of any kind can be in a history or not be called."""
        return person.read(cells, self._columns, row=row, region=self._region, callable_only=False)

    def touch(self, row: int, cells: Sequence[Cell]) -> TouchRow:
        """Read a contact; its time and how it ended must be readable."""
        who = self.who(row, cells)
        at = self._get("at", cells, self._past)
        ended = self._get("disposition", cells, _disposition)
        if at is None or ended is None:
            raise Unreadable(field="at" if at is None else "disposition")
        channel = self._get("channel", cells, _channel) or "call"
        outbound = self._get("direction", cells, _direction)
        talked = self._get("talk_seconds", cells, _talk) or 0
        words = self._get("words", cells, values.text)
        offer = self._get("offer", cells, values.text)
        topic = self._get("topic", cells, values.text)
        touch_id = self._get("touch_id", cells, values.key)
        if channel in {"sms", "email", "push", "messenger"} and ended.reach != "message":
            ended = ended._replace(reach="message")
        if talked and ended.reach == "rang":
            # Somebody talked, whatever the list calls it: the stricter reading holds.
            ended = ended._replace(reach="conversation")
        return TouchRow(
            row,
            who,
            at,
            channel,
            outbound is not False,
            ended,
            offer,
            topic,
            talked,
            words,
            touch_id,
        )

    def do_not_call(self, row: int, cells: Sequence[Cell]) -> DoNotCallRow:
        """Read somebody not to be called; a date that cannot be read spares nobody."""
        who = self.who(row, cells)
        try:
            at = self._get("at", cells, self._past)
        except Unreadable:
            at = None
        reason = self._get("reason", cells, values.text)
        words = self._get("words", cells, values.text)
        cause = _cause(reason or "")
        if cause is None:
            words = words or reason
        return DoNotCallRow(row, who, at, cause or "do_not_call", words)

    def _get(
        self, name: str, cells: Sequence[Cell], read: Callable[[Cell], Value | None]
    ) -> Value | None:
        place = self._columns.singles.get(name)
        if place is None:
            return None
        cell = cells[place]
        if cell is None or cell == "":
            return None
        try:
            return read(cell)
        except Unreadable as unreadable:
            unreadable.field = name
            raise

    def _past(self, cell: Cell) -> datetime | None:
        """Read when something happened; a date alone is the end of its day, which rests longer."""
        at = values.instant(cell, zone=self._zone, month_first=self._month_first, end_of_day=True)
        if at is None or at <= self._now:
            return at
        began = values.instant(cell, zone=self._zone, month_first=self._month_first)
        if began is not None and not values.days_ahead(began, now=self._now):
            return self._now
        raise Unreadable(values.written(cell))


def _disposition(cell: Cell) -> Disposition | None:
    words = values.written(cell)
    found = dispositions().get(_plain(words))
    if found is None and _plain(words):
        raise Unreadable(words)
    return found


def _channel(cell: Cell) -> str | None:
    words = values.written(cell).strip().casefold()
    for channel, names in CHANNELS.items():
        if words in names:
            return channel
    raise Unreadable(words)


def _direction(cell: Cell) -> bool | None:
    words = values.written(cell).strip().casefold()
    if words in OUTBOUND:
        return True
    if words in INBOUND:
        return False
    raise Unreadable(words)


def _talk(cell: Cell) -> int | None:
    length = values.seconds(cell)
    if length is not None and length > TALK_SECONDS_MAX:
        raise Unreadable(values.written(cell))
    return length


def _cause(reason: str) -> str | None:
    plain = _plain(reason)
    return next((cause for cause, names in CAUSES.items() if plain in names), None)


def _plain(words: str) -> str:
    return re.sub(r"[\W_]+", "", words.casefold().replace("ё", "е"))


@cache
def dispositions() -> dict[str, Disposition]:
    """Load what other systems call the end of a contact."""
    text = files("orchestrator.intake").joinpath("dispositions.toml").read_text(encoding="utf-8")
    found: dict[str, dict[str, object]] = tomllib.loads(text)
    return {
        _plain(word): Disposition(code, str(entry["reach"]), _refusal(entry))
        for code, entry in found.items()
        for word in (code, *_words(entry))
    }


def _refusal(entry: dict[str, object]) -> str | None:
    return str(entry["refusal"]) if "refusal" in entry else None


def _words(entry: dict[str, object]) -> list[str]:
    words = entry["words"]
    return [str(word) for word in words] if isinstance(words, list) else []
