"""Find which column of a file is which field, by its header or by an explicit mapping."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from orchestrator.intake.refused import ImportRefused, shorten


class Kind(StrEnum):
    """What an import brings."""

    LEADS = "leads"
    HISTORY = "history"
    DO_NOT_CALL = "do_not_call"
    REGISTRY = "registry"


FIELDS: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.LEADS: (
        *("external_id", "phone", "name", "first_name", "last_name", "time_zone", "region"),
        *("reason", "score", "level", "signal", "signal_at", "source", "consent", "consent_at"),
        *("consent_how", "consent_text", "consent_evidence", "products", "protected", "language"),
        "open_case",
    ),
    Kind.HISTORY: (
        *("external_id", "phone", "at", "channel", "direction", "disposition", "offer", "topic"),
        *("talk_seconds", "words", "touch_id"),
    ),
    Kind.DO_NOT_CALL: ("external_id", "phone", "at", "words", "reason"),
    Kind.REGISTRY: ("phone",),
}
NEEDED: Final[dict[Kind, tuple[str, ...]]] = {Kind.HISTORY: ("at", "disposition")}

COLUMNS_MAX: Final = 150
VARIABLE_PREFIX: Final = "var."


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands in a row; what is no field is a variable of the offer."""

    singles: Mapping[str, int]
    phones: tuple[int, ...]
    variables: tuple[tuple[str, int], ...] = field(default=())

    @property
    def width(self) -> int:
        """Count the columns a row may fill."""
        at = [*self.singles.values(), *self.phones, *(index for _, index in self.variables)]
        return max(at, default=-1) + 1


def find(
    header: Sequence[str], *, kind: Kind, mapping: Mapping[str, str | Sequence[str]]
) -> Columns:
    """Say where each field stands, or refuse and name the columns that were seen.

    `mapping` names columns by field and goes before the known names; an empty column name
    switches a field off. A column that is no field becomes a variable, under `var.` or not.
    """
    if len(header) > COLUMNS_MAX:
        raise ImportRefused("too_many_columns", limit=COLUMNS_MAX)
    taken = _mapped(header, kind, mapping)
    switched_off = {name for name, column in mapping.items() if not column}
    found: dict[str, list[int]] = {}
    variables: dict[str, list[int]] = {}
    for index, title in enumerate(header):
        name = taken.get(index) or _known(title, kind)
        if name in mapping and index not in taken:
            name = None
        if name is None or name in switched_off or name.startswith(VARIABLE_PREFIX):
            variables.setdefault(variable(name or title, index), []).append(index)
        else:
            found.setdefault(name, []).append(index)
    phones = tuple(found.pop("phone", ()))
    for name, places in (*found.items(), *variables.items()):
        if len(places) > 1:
            both = listed([header[place] for place in places])
            raise ImportRefused("column_ambiguous", field=name, found=both, columns=listed(header))
    if not phones and (kind in {Kind.LEADS, Kind.REGISTRY} or "external_id" not in found):
        raise ImportRefused("number_column_missing", columns=listed(header))
    for name in NEEDED.get(kind, ()):
        if name not in found:
            raise ImportRefused("column_missing", field=name, columns=listed(header))
    return Columns(
        {name: places[0] for name, places in found.items()},
        phones,
        tuple((name, places[0]) for name, places in variables.items()),
    )


def listed(header: Sequence[str]) -> str:
    """List the columns seen, without any number that stands where a title should."""
    titles = (re.sub(r"\d{4,}", "…", shorten(title.strip())) for title in header)
    return ", ".join(f"`{title}`" for title in titles)


def variable(title: str, index: int) -> str:
    """Name the variable a column fills: lower case, words joined by `_`."""
    bare = title.strip().casefold().removeprefix(VARIABLE_PREFIX)
    return re.sub(r"[^\w.]+", "_", bare).strip("_") or f"column_{index + 1}"


def plain(title: str) -> str:
    """Reduce a title to what is compared: letters and digits, no case, no ё."""
    return re.sub(r"[\W_]+", "", title.casefold().replace("ё", "е"))


def _mapped(
    header: Sequence[str], kind: Kind, mapping: Mapping[str, str | Sequence[str]]
) -> dict[int, str]:
    taken: dict[int, str] = {}
    for name, columns in mapping.items():
        if name not in FIELDS[kind] and not name.startswith(VARIABLE_PREFIX):
            fields = ", ".join(FIELDS[kind])
            raise ImportRefused("field_unknown", field=name, fields=fields)
        for column in (columns,) if isinstance(columns, str) else columns:
            if not column:
                continue
            places = [index for index, title in enumerate(header) if title.strip() == column]
            places = places or [
                i for i, title in enumerate(header) if plain(title) == plain(column)
            ]
            if not places:
                raise ImportRefused("column_unknown", column=column, columns=listed(header))
            if len(places) > 1 or places[0] in taken:
                both = listed([header[place] for place in places])
                raise ImportRefused(
                    "column_ambiguous", field=name, found=both, columns=listed(header)
                )
            taken[places[0]] = name
    return taken


def _known(title: str, kind: Kind) -> str | None:
    """Recognise a title; `phone 2` and `телефон_2` are telephones as well."""
    if title.strip().casefold().startswith(VARIABLE_PREFIX):
        return None
    word = plain(title)
    name = known_names().get(word) or known_names().get(re.sub(r"\d+$", "", word))
    if name != "phone" and word not in known_names():
        name = None
    return name if name in FIELDS[kind] else None


@cache
def known_names() -> dict[str, str]:
    """Load the titles people use, in English and Russian, reduced to what is compared."""
    text = files("orchestrator.intake").joinpath("columns.toml").read_text(encoding="utf-8")
    fields: dict[str, list[str]] = tomllib.loads(text)["fields"]
    return {plain(title): name for name, titles in fields.items() for title in (name, *titles)}
