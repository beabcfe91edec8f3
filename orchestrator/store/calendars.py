"""Days that officers declared working or non-working."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from orchestrator.tables import HolidayOverride


def overrides(session: Session) -> dict[str, dict[date, bool]]:
    """Give every declared day by region: True is a holiday, False a working day."""
    declared: dict[str, dict[date, bool]] = {}
    columns = (HolidayOverride.region, HolidayOverride.day, HolidayOverride.is_holiday)
    for region, day, is_holiday in session.execute(select(*columns)):
        declared.setdefault(region, {})[date.fromisoformat(day)] = is_holiday
    return declared
