"""Read one row of a list of leads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Final

from orchestrator.intake import person, regions, values
from orchestrator.intake.columns import Columns
from orchestrator.intake.options import Options
from orchestrator.intake.refused import Unreadable, Warned
from orchestrator.intake.values import Cell
from orchestrator.numbering import Number

VARIABLE_LENGTH_MAX: Final = 1000
KEPT_AS_READ: Final = frozenset(
    {"reason", "score", "level", "signal", "signal_at", "source", "language", "protected"}
) | {"open_case"}


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
        readers: dict[str, Callable[[Cell], object]] = {
            "source": values.key,
            "score": values.score,
            "level": values.level,
            "signal_at": self._instant,
            "language": lambda cell: values.language(values.written(cell)),
            "products": _listed,
            "protected": _flag,
            "open_case": _flag,
            "region": lambda cell: regions.read(values.written(cell)),
            "time_zone": lambda cell: values.time_zone(values.written(cell)),
            "consent": values.yes_or_no,
        }
        self._plan = [
            (name, place, readers.get(name, values.text))
            for name, place in columns.singles.items()
            if name not in {"external_id", "consent_at"}
        ]
        self._consent_at = columns.singles.get("consent_at")

    def read(self, row: int, cells: Sequence[Cell]) -> LeadRow:
        """Read a row; raises Unreadable when its number or a value cannot be read."""
        who = person.read(cells, self._columns, row=row, region=self._region, callable_only=True)
        found = self._fields(cells)
        lead = LeadRow(row, who.external_id, who.numbers, list(who.warnings))
        for name in KEPT_AS_READ & found.keys():
            setattr(lead, name, found[name])
        lead.owned = found.get("products", ())
        lead.variables = self._variables(cells)
        place: regions.Place | None = found.get("region")
        zone: str | None = found.get("time_zone")
        # The zone column says where the person is; else a region with but one zone does.
        lead.region = place and place.code
        lead.is_zone_declared = zone is not None and self._options.time_zone_is == "declared"
        lead.zone = zone or (place and place.zone)
        self._set_name(lead, found)
        if "consent" in found:
            self._set_consent(lead, found, cells)
        return lead

    def _fields(self, cells: Sequence[Cell]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        name = ""
        try:
            for name, place, read in self._plan:
                cell = cells[place]
                if cell is not None and cell != "":
                    value = read(cell)
                    if value is not None:
                        found[name] = value
        except Unreadable as unreadable:
            unreadable.field = name
            raise
        return found

    def _variables(self, cells: Sequence[Cell]) -> dict[str, str]:
        found = {}
        for name, place in self._columns.variables:
            cell = cells[place]
            if cell is None or cell == "":
                continue
            try:
                words = values.text(cell, length_max=VARIABLE_LENGTH_MAX)
            except Unreadable as unreadable:
                unreadable.field = name
                raise
            if words:
                found[name] = words
        return found

    def _instant(self, cell: Cell) -> datetime | None:
        month_first = self._options.date_order == "month_first"
        return values.instant(cell, zone=self._zone, month_first=month_first)

    def _set_name(self, lead: LeadRow, found: dict[str, Any]) -> None:
        first: str | None = found.get("first_name")
        last: str | None = found.get("last_name")
        words: str = found.get("name") or first or ""
        if last and last.casefold() not in words.casefold():
            words = f"{words} {last}".strip()
        if not words:
            return
        if not self._company or self._company not in words.casefold():
            lead.name = values.name(words)
        if lead.name is None:
            lead.warnings.append(Warned(lead.row, "name", "name_placeholder", words))
        if first and values.name(first):
            lead.variables.setdefault("first_name", first)

    def _set_consent(self, lead: LeadRow, found: dict[str, Any], cells: Sequence[Cell]) -> None:
        given: bool = found["consent"]
        cell = None if self._consent_at is None else cells[self._consent_at]
        at = None
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
            found.get("consent_how"),
            found.get("consent_text"),
            found.get("consent_evidence"),
        )


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
