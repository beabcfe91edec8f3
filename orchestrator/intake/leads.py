"""Read one row of a list of leads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final, TypeVar

from orchestrator.intake import person, regions, values
from orchestrator.intake.columns import Columns
from orchestrator.intake.options import Options
from orchestrator.intake.refused import Unreadable, Warned
from orchestrator.intake.values import Cell
from orchestrator.numbering import Number

VARIABLE_LENGTH_MAX: Final = 1000
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """What a row says about consent; without a date it is a statement that proves nothing."""

    given: bool
    at: datetime | None
    how: str | None
    wording: str | None
    evidence: str | None


@dataclass(slots=True)
class LeadRow:
    """One lead as it stood in the file. None means the file did not say."""

    row: int
    external_id: str | None
    numbers: tuple[Number, ...]
    warnings: list[Warned]
    name: str | None = None
    language: str | None = None
    region: str | None = None
    zone: str | None = None
    is_zone_declared: bool = False
    protected: str | None = None
    open_case: str | None = None
    owned: tuple[str, ...] = ()
    reason: str | None = None
    score: float | None = None
    level: int | None = None
    signal: str | None = None
    signal_at: datetime | None = None
    source: str | None = None
    consent: ConsentRow | None = None
    variables: dict[str, str] = field(default_factory=dict)


class LeadReader:
    """Reads rows of one file: its columns, options and zone are looked up once."""

    def __init__(
        self, columns: Columns, options: Options, *, region: str, company: str, now: datetime
    ) -> None:
        self._columns = columns
        self._options = options
        self._region = region
        self._company = company.casefold()
        self._now = now
        self._zone: tzinfo = values.file_zone(options.zone)
        self._simple = [
            (name, columns.singles[name])
            for name in ("reason", "signal", "source")
            if name in columns.singles
        ]
        self._has_consent = "consent" in columns.singles
        self._has_name = not {"name", "first_name", "last_name"}.isdisjoint(columns.singles)

    def read(self, row: int, cells: Sequence[Cell]) -> LeadRow:
        """Read a row; raises Unreadable when its number or a value cannot be read."""
        who = person.read(cells, self._columns, row=row, region=self._region, callable_only=True)
        lead = LeadRow(row, who.external_id, who.numbers, list(who.warnings))
        for name, place in self._simple:
            if place < len(cells) and cells[place]:
                setattr(lead, name, self._get(name, cells, values.text))
        lead.score = self._get("score", cells, values.score)
        lead.level = self._get("level", cells, values.level)
        lead.signal_at = self._get("signal_at", cells, self._instant)
        lead.language = self._get("language", cells, lambda cell: values.language(_words(cell)))
        lead.owned = self._get("products", cells, _listed) or ()
        lead.protected = self._get("protected", cells, _flag)
        lead.open_case = self._get("open_case", cells, _flag)
        self._read_place(lead, cells)
        self._read_variables(lead, cells)
        if self._has_name:
            self._read_name(lead, cells)
        if self._has_consent:
            self._read_consent(lead, cells)
        return lead

    def _get(
        self, name: str, cells: Sequence[Cell], read: Callable[[Cell], Value | None]
    ) -> Value | None:
        place = self._columns.singles.get(name)
        if place is None or place >= len(cells):
            return None
        cell = cells[place]
        if cell is None or cell == "":
            return None
        try:
            return read(cell)
        except Unreadable as unreadable:
            unreadable.field = name
            raise

    def _instant(self, cell: Cell) -> datetime | None:
        month_first = self._options.date_order == "month_first"
        return values.instant(cell, zone=self._zone, month_first=month_first)

    def _read_place(self, lead: LeadRow, cells: Sequence[Cell]) -> None:
        """Take the zone of its column; without it, of a region that has but one."""
        place = self._get("region", cells, lambda cell: regions.read(_words(cell)))
        zone = self._get("time_zone", cells, lambda cell: values.time_zone(_words(cell)))
        lead.region = place and place.code
        lead.is_zone_declared = zone is not None and self._options.time_zone_is == "declared"
        lead.zone = zone or (place and place.zone)

    def _read_variables(self, lead: LeadRow, cells: Sequence[Cell]) -> None:
        for name, place in self._columns.variables:
            if place < len(cells) and cells[place] not in (None, ""):
                try:
                    words = values.text(cells[place], length_max=VARIABLE_LENGTH_MAX)
                except Unreadable as unreadable:
                    unreadable.field = name
                    raise
                if words:
                    lead.variables[name] = words

    def _read_name(self, lead: LeadRow, cells: Sequence[Cell]) -> None:
        first = self._get("first_name", cells, values.text)
        written = self._get("name", cells, values.text)
        last = self._get("last_name", cells, values.text)
        parts = [part for part in (written or first, last) if part]
        if last and len(parts) > 1 and last.casefold() in parts[0].casefold():
            parts.pop()
        words = " ".join(parts)
        is_company = bool(self._company) and self._company in words.casefold()
        lead.name = None if is_company else values.name(words)
        if words and lead.name is None:
            lead.warnings.append(Warned(lead.row, "name", "name_placeholder", words))
        if first and values.name(first):
            lead.variables.setdefault("first_name", first)

    def _read_consent(self, lead: LeadRow, cells: Sequence[Cell]) -> None:
        given = self._get("consent", cells, values.yes_or_no)
        if given is None:
            return
        at = None
        place = self._columns.singles.get("consent_at")
        cell = cells[place] if place is not None and place < len(cells) else None
        try:
            at = self._instant(cell)
        except Unreadable:
            impossible = True
        else:
            impossible = at is not None and values.days_ahead(at, now=self._now)
        if impossible:
            date = values.written(cell)
            lead.warnings.append(Warned(lead.row, "consent_at", "consent_date", date))
            if given:
                return
            at = None  # A no is a no whatever its date.
        lead.consent = ConsentRow(
            given,
            at,
            self._get("consent_how", cells, values.text),
            self._get("consent_text", cells, values.text),
            self._get("consent_evidence", cells, values.text),
        )


def _words(cell: Cell) -> str:
    return values.written(cell)


def _listed(cell: Cell) -> tuple[str, ...]:
    """Read several words of one cell, parted by comma, semicolon or line."""
    words = values.written(cell).replace(";", ",").replace("\n", ",").split(",")
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


def _flag(cell: Cell) -> str | None:
    """Read a flag that may say why: `no` is none, `yes` is `yes`, other words are the cause."""
    try:
        given = values.yes_or_no(cell)
    except Unreadable:
        return values.text(cell)
    return "yes" if given else None
