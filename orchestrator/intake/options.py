"""What the importer says about a file that the file does not say itself."""

import re
from datetime import datetime, tzinfo
from typing import Literal

import msgspec

from orchestrator.intake import values
from orchestrator.intake.columns import Kind
from orchestrator.intake.refused import ImportRefused, Unreadable

DEFAULT_SOURCE = "import"
NAME_LENGTH_MAX = 100


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to read a file; everything has a harmless default but a register's name and date.

    `source` names the system the ids come from: ids are unique within it. `zone` is the time
    zone of times written without one. `time_zone_is` says whether the time zone column is what
    the person declared or only what their address suggests.
    """

    source: str = DEFAULT_SOURCE
    default_region: str | None = None
    mapping: dict[str, str | list[str]] = msgspec.field(default_factory=dict)
    date_order: Literal["day_first", "month_first"] = "day_first"
    zone: str = "Europe/Moscow"
    time_zone_is: Literal["address", "declared"] = "address"
    consent_purpose: Literal[
        "marketing", "service", "collection", "survey", "fundraising", "any"
    ] = "marketing"
    sheet: str | None = None
    encoding: str | None = None
    registry: str | None = None
    extracted_at: str | None = None


def read(written: object, *, kind: Kind) -> Options:
    """Read the options of an import, or refuse and name the one that is wrong."""
    try:
        options = msgspec.convert(written, Options)
    except msgspec.ValidationError as error:
        raise ImportRefused("option_unreadable", option=str(error).replace("`", "")) from None
    # The database keeps options as JSON, which has no NUL.
    if b"\\u0000" in msgspec.json.encode(written):
        raise ImportRefused("option_unreadable", option="\\0")
    # What Takt itself heard is not for a file to say.
    if not 0 < len(options.source.strip()) <= NAME_LENGTH_MAX or options.source == "takt":
        raise ImportRefused("option_unreadable", option="source")
    if not re.fullmatch("[A-Z]{2}", options.default_region or "RU"):
        raise ImportRefused("option_unreadable", option="default_region")
    try:
        zone = values.file_zone(options.zone)
    except Unreadable:
        raise ImportRefused("option_unreadable", option="zone") from None
    if kind is Kind.REGISTRY:
        _check_extract(options, zone)
    return options


def check_past(options: Options, *, now: datetime) -> None:
    """Refuse an extract of a day to come: it would count as fresh for as long as it likes."""
    at = values.instant(options.extracted_at, zone=values.file_zone(options.zone))
    if at is not None and values.days_ahead(at, now=now):
        raise ImportRefused("option_unreadable", option="extracted_at")


def _check_extract(options: Options, zone: tzinfo) -> None:
    """Check that an extract says of which register it is, and of when."""
    for name in ("registry", "extracted_at"):
        if not getattr(options, name):
            raise ImportRefused("option_missing", option=name)
    if len(options.registry or "") > NAME_LENGTH_MAX:
        raise ImportRefused("option_unreadable", option="registry")
    try:
        values.instant(options.extracted_at, zone=zone)
    except Unreadable:
        raise ImportRefused("option_unreadable", option="extracted_at") from None
