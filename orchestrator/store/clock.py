"""The shared clock of a demonstration or simulation: one row that every process reads."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from orchestrator.tables import ClockRow


def set_clock(session: Session, *, real: datetime, shown: datetime, rate: float) -> None:
    """Let the clock show `shown` at the real instant `real`, and run so many times as fast.

    Other processes read the row again within a second.
    """
    row = {"real": real, "shown": shown, "rate": rate}
    session.execute(
        insert(ClockRow).values(id=1, **row).on_conflict_do_update(index_elements=["id"], set_=row)
    )
