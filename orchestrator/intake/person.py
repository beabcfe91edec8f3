"""Read what every kind of row shares: whose it is, by numbers and external id."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from orchestrator import numbering
from orchestrator.intake import values
from orchestrator.intake.columns import Columns
from orchestrator.intake.refused import Unreadable, Warned
from orchestrator.intake.values import Cell
from orchestrator.numbering import Number, Problem

NUMBERS_MAX: Final = 10
CODES: Final = {
    Problem.MISSING: "number_missing",
    Problem.LETTERS: "number_letters",
    Problem.FLOAT: "number_float",
    Problem.INVALID: "number_invalid",
}


@dataclass(frozen=True, slots=True)
class Who:
    """Whose row it is. Order of numbers is the order in which they are tried."""

    external_id: str | None
    numbers: tuple[Number, ...]
    warnings: tuple[Warned, ...] = ()


def read(
    cells: Sequence[Cell], columns: Columns, *, row: int, region: str, callable_only: bool
) -> Who:
    """Read the numbers of a row and its external id; of good and bad numbers, the good are kept.

    A row without any good number raises for its first bad one. `callable_only` leaves out
    numbers that belong to no person; a list of whom not to call keeps them.
    """
    good, bad = _numbers(cells, columns, region=region, callable_only=callable_only)
    external_id = _external_id(cells, columns)
    if not good:
        if bad:
            raise Unreadable(bad[0][1], code=bad[0][0], field="phone")
        if callable_only:
            raise Unreadable(code="number_missing", field="phone")
        if external_id is None:
            raise Unreadable(code="person_missing", field="phone")
    for e164 in list(good)[NUMBERS_MAX:]:
        bad.append(("number_left_out", e164))
        del good[e164]
    warnings = tuple(Warned(row, "phone", "number_left_out", text) for _, text in bad)
    return Who(external_id, tuple(good.values()), warnings)


def _numbers(
    cells: Sequence[Cell], columns: Columns, *, region: str, callable_only: bool
) -> tuple[dict[str, Number], list[tuple[str, str]]]:
    good: dict[str, Number] = {}
    bad: list[tuple[str, str]] = []
    for place in columns.phones:
        cell = cells[place]
        if cell is None or cell == "":
            continue
        numbers, unread = numbering.read(values.written(cell), region=region)
        for number in numbers:
            if number.is_callable or not callable_only:
                good.setdefault(number.e164, number)
            else:
                bad.append(("number_kind", number.e164))
        bad.extend(
            (CODES[answer.problem], answer.text)
            for answer in unread
            if answer.problem is not Problem.MISSING
        )
    return good, bad


def _external_id(cells: Sequence[Cell], columns: Columns) -> str | None:
    place = columns.singles.get("external_id")
    if place is None:
        return None
    try:
        return values.key(cells[place])
    except Unreadable as unreadable:
        unreadable.field = "external_id"
        raise
