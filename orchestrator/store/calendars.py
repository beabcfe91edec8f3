"""Days that officers declared working or non-working."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from orchestrator.tables import HolidayOverride


def overrides(session: Session) -> dict[str, dict[date, bool]]:
    """Give every declared day by region: True is a holiday, False a working day."""
    declared: dict[str, dict[date, bool]] = {}
    columns = (HolidayOverride.region, HolidayOverride.day, HolidayOverride.is_holiday)
    for region, day, is_holiday in session.execute(select(*columns)):
        declared.setdefault(region, {})[date.fromisoformat(day)] = is_holiday
    return declared


def declare(
    session: Session,
    region: str,
    day: date,
    *,
    is_holiday: bool,
    why: str,
    by: str,
    now: datetime,
) -> HolidayOverride:
    """Keep what was declared of a day, in place of what was declared before."""
    said = {"is_holiday": is_holiday, "why": why, "set_by": by, "set_at": now}
    statement = insert(HolidayOverride).values(region=region, day=day.isoformat(), **said)
    return session.scalars(
        statement.on_conflict_do_update(index_elements=["region", "day"], set_=said)
        .returning(HolidayOverride)
        .execution_options(populate_existing=True)
    ).one()


def declared(session: Session) -> list[HolidayOverride]:
    """Give every declared day with who declared it and why."""
    statement = select(HolidayOverride).order_by(HolidayOverride.region, HolidayOverride.day)
    return list(session.scalars(statement))
