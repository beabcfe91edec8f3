"""Receive a file to import, and give back what became of it."""

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import uuid4

from sqlalchemy.orm import Session

from orchestrator.audit import note
from orchestrator.errors import Invalid, NotFound
from orchestrator.intake import options
from orchestrator.intake.columns import Kind
from orchestrator.services import Actor, Services
from orchestrator.store import imports as store
from orchestrator.tables import Campaign, ImportFinding, ImportJob

PIECE_BYTES: Final = 1 << 20
PAGE_ROWS: Final = 1000
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
FILENAME_LENGTH_MAX: Final = 200


class KindUnknown(Invalid):
    """A file holds leads, a history, a do-not-call list or an extract of a register."""

    code = "import.kind_unknown"


class CampaignMisplaced(Invalid):
    """Only leads belong to a campaign."""

    code = "import.campaign_misplaced"


def receive(
    services: Services,
    stream: BinaryIO,
    *,
    filename: str,
    kind: str,
    written: dict[str, Any],
    campaign_id: int | None,
    by: Actor,
) -> int:
    """Keep a file and the order to import it; the work itself is `run.advance`'s.

    Raises KindUnknown, CampaignMisplaced, ImportRefused for options that cannot be meant, and
    NotFound for the campaign.
    """
    if kind not in set(Kind):
        raise KindUnknown(f"`{kind[:40]}` is no kind of import", kinds=[*map(str, Kind)])
    if campaign_id is not None and kind != Kind.LEADS:
        raise CampaignMisplaced(f"a file of kind `{kind}` belongs to no campaign")
    asked = options.read(written, kind=Kind(kind))
    if kind == Kind.REGISTRY:
        options.check_past(asked, now=services.clock.now())
    folder = services.settings.home / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / uuid4().hex
    now = services.clock.now()
    with ExitStack() as undo:
        undo.callback(path.unlink, missing_ok=True)
        digest, size = _keep(stream, path)
        with services.transaction() as session:
            _require_campaign(session, campaign_id)
            job = ImportJob(
                kind=kind, filename=_filename(filename), stored_path=str(path), sha256=digest,
                bytes_total=size, options=written, campaign_id=campaign_id, created_by=by.name,
                created_at=now,
            )  # fmt: skip
            session.add(job)
            session.flush()
            note(
                session, "import.received", f"import:{job.id}", by=by, now=now,
                kind=kind, campaign=campaign_id, sha256=digest, bytes=size,
            )  # fmt: skip
        undo.pop_all()  # The order stands, so the file stays.
        return job.id


def _require_campaign(session: Session, campaign_id: int | None) -> None:
    if campaign_id is not None and session.get(Campaign, campaign_id) is None:
        raise NotFound("campaign", campaign_id)


def _filename(given: str) -> str:
    """Keep the last part of a name, whatever folders the sender had."""
    last = given.replace("\0", "").replace("\\", "/").rpartition("/")[2]
    return last[-FILENAME_LENGTH_MAX:] or "file"


def _keep(stream: BinaryIO, path: Path) -> tuple[str, int]:
    """Write a stream to disk a piece at a time; gives its SHA-256 and length."""
    digest, size = sha256(), 0
    with path.open("xb") as file:
        path.chmod(0o600)
        while piece := stream.read(PIECE_BYTES):
            file.write(piece)
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size


def get(session: Session, import_id: int) -> ImportJob:
    """Give an import as it stands; raises NotFound."""
    job = session.get(ImportJob, import_id)
    if job is None:
        raise NotFound("import", import_id)
    return job


def findings(
    session: Session, import_id: int, *, after: int | None, limit: int, severity: str | None = None
) -> list[ImportFinding]:
    """Give rejections and warnings in order, after the one last seen; one more than the limit."""
    return store.findings(session, import_id, after=after or 0, limit=limit + 1, severity=severity)


def rejections_csv(session: Session, import_id: int) -> Iterator[str]:
    """Give every rejected row as CSV: where, which field, why, and the row as it stood.

    A cell that a spreadsheet would take for a formula, and so also `+7 …`, gets an apostrophe.
    """
    job = get(session, import_id)
    seen = (job.columns or {}).get("seen", {})
    yield _line(["row", "field", "code", "reason", "причина", *seen.get("header", ())])
    after = 0
    while page := store.findings(
        session, import_id, after=after, limit=PAGE_ROWS, severity="rejection"
    ):
        for found in page:
            told = (found.row_number, found.field, found.code, found.text_en, found.text_ru)
            yield _line([*map(str, told), *found.raw])
        after = page[-1].id
        session.expunge_all()


def _line(cells: list[str]) -> str:
    buffer = StringIO()
    csv.writer(buffer).writerow([_harmless(cell) for cell in cells])
    return buffer.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
