"""Take a file in: a slice at a time, each chunk whole or not at all, nothing twice.

An import remembers the row it reached in the transaction that wrote it, so whoever goes on
after a crash goes on behind that row.
"""

import gc
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy.orm import Session

from orchestrator.audit import note
from orchestrator.intake import reading
from orchestrator.intake.columns import Kind
from orchestrator.intake.contacts import DoNotCallRow, TouchRow
from orchestrator.intake.leads import LeadRow
from orchestrator.intake.reading import EmptyRow, ListedRow, Opened, Reached, Reading
from orchestrator.intake.refused import ImportRefused, Rejection, Warned
from orchestrator.intake.sources import Survey
from orchestrator.intake.taking import do_not_call, history, leads, registry
from orchestrator.intake.taking.chunk import Desk, Taken
from orchestrator.services import Actor, Services
from orchestrator.store import imports as store
from orchestrator.tables import ImportJob

# Rows of one transaction. Contacts lock the people they are about, so theirs is short.
CHUNK_ROWS: Final = {
    Kind.LEADS: 10_000, Kind.HISTORY: 2_000, Kind.DO_NOT_CALL: 2_000, Kind.REGISTRY: 20_000,
}  # fmt: skip
COLLECT_AFTER_OBJECTS: Final = 200_000
FINDING: Final = (
    "COPY import_finding (import_id, row_number, severity, field, code, text_en, text_ru, raw)"
    " FROM STDIN"
)
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is; `bytes_done` of `bytes_total` is what a progress bar shows."""

    import_id: int
    state: str
    bytes_done: int
    bytes_total: int
    rows: int
    accepted: int
    rejected: int
    duplicates: int
    empty: int
    warnings: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows that are written together, and the row behind which they begin."""

    file: Opened
    rows: list[Reading]
    after: int
    bytes_done: int
    is_last: bool


def unfinished(services: Services) -> list[int]:
    """Name the imports that wait or run, oldest first."""
    with services.transaction() as session:
        return store.unfinished(session)


def advance(
    services: Services,
    import_id: int,
    *,
    seconds_max: float,
    progress: Callable[[Progress], None] | None = None,
) -> bool:
    """Take in a slice of a file, and say whether more of it is left.

    Two workers on one import do no harm: a chunk is written by whoever finds the import where
    the chunk begins, and the other one gives up.
    """
    until = time.monotonic() + seconds_max
    opened = _open(services, import_id)
    if opened is None:
        return False
    file, position = opened
    try:
        with _few_collections():
            for chunk in _chunks(file, position, now=services.clock.now()):
                after = _write(services, import_id, chunk)
                if after is None:
                    return False
                if progress is not None:
                    progress(after)
                if time.monotonic() >= until and not chunk.is_last:
                    return True
        return False
    except ImportRefused as refused:
        with services.transaction() as session:
            _refuse(session, import_id, refused, now=services.clock.now())
        return False


@contextmanager
def _few_collections() -> Iterator[None]:
    """Look for garbage rarely: a chunk is many objects, no cycles, and looking costs a quarter."""
    usual = gc.get_threshold()
    gc.set_threshold(COLLECT_AFTER_OBJECTS, usual[1], usual[2])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _open(services: Services, import_id: int) -> tuple[Opened, int] | None:
    """Look at the file, or remember what a first look found; None when there is nothing to do."""
    with services.transaction() as session:
        job = session.get_one(ImportJob, import_id)
        if job.state not in {"waiting", "running"}:
            return None
        kind, path, options = Kind(job.kind), Path(job.stored_path), job.options
        position, filename, columns = job.position, job.filename, job.columns
    try:
        file = reading.open_file(
            path,
            filename=filename,
            kind=kind,
            written=options,
            region=services.settings.default_region,
            company=services.settings.seller,
            seen=None if columns is None else Survey.from_json(columns["seen"]),
        )
    except ImportRefused as refused:
        with services.transaction() as session:
            _refuse(session, import_id, refused, now=services.clock.now())
        return None
    if columns is None:
        with services.transaction() as session:
            waiting = store.lock_job(session, import_id)
            if waiting is None or waiting.state != "waiting":
                return None
            waiting.state = "running"
            waiting.columns = _columns(file)
    return file, position


def _columns(file: Opened) -> dict[str, Any]:
    """Say what each title was taken for."""
    header = file.survey.header
    fields = {name: header[place] for name, place in file.columns.singles.items()}
    return {
        "seen": file.survey.as_json(),
        "fields": fields | {"phone": [header[place] for place in file.columns.phones]},
        "variables": {name: header[place] for name, place in file.columns.variables},
    }


def _chunks(file: Opened, position: int, *, now: datetime) -> Iterator[Chunk]:
    """Read chunk after chunk, each while the one before it is written."""
    reached = Reached()
    rows = file.rows(now=now, after=position, reached=reached)
    size = CHUNK_ROWS[file.kind]

    def read() -> tuple[list[Reading], int]:
        return list(islice(rows, size)), reached.bytes

    with ThreadPoolExecutor(max_workers=1) as reader:
        ahead = reader.submit(read)
        is_last = False
        while not is_last:
            some, bytes_done = ahead.result()
            is_last = len(some) < size
            if not is_last:
                ahead = reader.submit(read)
            yield Chunk(file, some, position, bytes_done, is_last)
            position = some[-1].row if some else position


def _write(services: Services, import_id: int, chunk: Chunk) -> Progress | None:
    """Write one chunk and where it ends, or nothing; None when somebody else was here first."""
    now = services.clock.now()
    with services.transaction() as session:
        job = store.lock_job(session, import_id)
        if job is None or job.state != "running" or job.position != chunk.after:
            return None
        store.lock_identities(session)
        by = Actor(job.created_by, "import")
        desk = Desk(session, chunk.file, import_id, job.campaign_id, by, now)
        taken = _take(desk, chunk.rows)
        rejections = _of(Rejection, chunk.rows)
        store.copy_rows(session, FINDING, _findings(import_id, rejections, taken.warnings))
        job.position = chunk.rows[-1].row if chunk.rows else chunk.after
        job.rows += taken.accepted + taken.duplicates + len(rejections)
        job.accepted += taken.accepted
        job.duplicates += taken.duplicates
        job.rejected += len(rejections)
        job.empty += len(_of(EmptyRow, chunk.rows))
        job.warnings += len(taken.warnings)
        job.bytes_done = job.bytes_total if chunk.is_last else chunk.bytes_done
        if chunk.is_last:
            _finish(desk, job)
        return _progress(job)


def _take(desk: Desk, chunk: list[Reading]) -> Taken:
    if desk.opened.kind is Kind.LEADS:
        return leads.take(desk, _of(LeadRow, chunk))
    if desk.opened.kind is Kind.HISTORY:
        return history.take(desk, _of(TouchRow, chunk))
    if desk.opened.kind is Kind.DO_NOT_CALL:
        return do_not_call.take(desk, _of(DoNotCallRow, chunk))
    return registry.take(desk, _of(ListedRow, chunk))


def _of(kind: type[Row], chunk: list[Reading]) -> list[Row]:
    return [row for row in chunk if isinstance(row, kind)]


def _findings(
    import_id: int, rejections: list[Rejection], warnings: list[Warned]
) -> Iterator[tuple[object, ...]]:
    """Give what was found wrong, in the order of the rows."""
    found: list[Rejection | Warned] = sorted([*rejections, *warnings], key=lambda each: each.row)
    for each in found:
        severity = "rejection" if isinstance(each, Rejection) else "warning"
        raw = list(each.raw) if isinstance(each, Rejection) else [each.value]
        yield (
            *(import_id, each.row, severity, each.field, each.code),
            *(each.sentence("en"), each.sentence("ru"), raw),
        )


def _finish(desk: Desk, job: ImportJob) -> None:
    if desk.opened.kind is Kind.REGISTRY:
        registry.finish(desk)
    job.state = "done"
    job.finished_at = desk.now
    note(
        desk.session, "import.finished", f"import:{job.id}", by=desk.by, now=desk.now,
        kind=job.kind, rows=job.rows, accepted=job.accepted, rejected=job.rejected,
        duplicates=job.duplicates,
    )  # fmt: skip


def _refuse(session: Session, import_id: int, refused: ImportRefused, *, now: datetime) -> None:
    """Note why a file was refused; what was taken in before that row stays taken in."""
    job = store.lock_job(session, import_id)
    if job is None or job.state not in {"waiting", "running"}:
        return
    job.state = "refused"
    job.finished_at = now
    job.problem = {"code": refused.code, "row": refused.row, **refused.sentences}
    by = Actor(job.created_by, "import")
    note(
        session, "import.refused", f"import:{job.id}", by=by, now=now, code=refused.code,
        row=refused.row,
    )  # fmt: skip


def _progress(job: ImportJob) -> Progress:
    return Progress(
        job.id, job.state, job.bytes_done, job.bytes_total, job.rows, job.accepted,
        job.rejected, job.duplicates, job.empty, job.warnings,
    )  # fmt: skip
