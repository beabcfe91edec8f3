"""Write an extract of an official register: numbers it lists, counted once the extract is whole."""

from datetime import datetime

from orchestrator.intake import values
from orchestrator.intake.reading import ListedRow
from orchestrator.intake.taking.chunk import Desk, Taken
from orchestrator.store import history
from orchestrator.store import imports as store


def take(desk: Desk, rows: list[ListedRow]) -> Taken:
    """List these numbers in the extract; it does not count before `finish`."""
    taken = Taken()
    wanted = [e164 for row in rows for e164 in row.e164]
    new = store.add_listings(desk.session, _extract(desk), wanted)
    for row in rows:
        is_new = not new.isdisjoint(row.e164)
        taken.count(is_new=is_new)
        new -= set(row.e164)
    return taken


def finish(desk: Desk) -> None:
    """Let the extract take the place of the one before it, and look at whom it concerns."""
    concerned = store.complete_extract(desk.session, _extract(desk))
    history.touch_leads(desk.session, concerned, desk.now)


def _extract(desk: Desk) -> int:
    options = desk.opened.options
    return store.open_extract(
        desk.session,
        register=options.registry or "",
        extracted_at=_extracted_at(options.extracted_at, options.zone),
        import_id=desk.import_id,
    )


def _extracted_at(written: str | None, zone: str) -> datetime:
    at = values.instant(written, zone=values.file_zone(zone))
    assert at is not None  # noqa: S101 - options were read before the first row
    return at
