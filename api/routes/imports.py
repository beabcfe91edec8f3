"""Imports: a file is received at once and taken in by workers; its progress can be watched."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from api.auth import Manager, Reader
from api.body import check_text, read_json
from api.deps import TheServices, Transaction
from api.errors import BodyUnreadable, problems
from api.fields import Id
from api.paging import PageOut, ThePage
from api.route import ActingRoute
from orchestrator.errors import NotFound
from orchestrator.intake import jobs
from orchestrator.intake.jobs import CampaignMisplaced, KindUnknown
from orchestrator.services import Services
from orchestrator.store import lists
from orchestrator.tables import ImportJob

router = APIRouter(prefix="/v1/imports", tags=["imports"], route_class=ActingRoute)


class ImportOut(BaseModel):
    """One file and how far it was taken in."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: Literal["leads", "history", "do_not_call", "registry"]
    filename: str
    sha256: str
    campaign_id: int | None
    options: dict[str, Any]
    state: Literal["waiting", "running", "done", "refused"]
    problem: dict[str, Any] | None = Field(description="Why the file was refused, en and ru.")
    columns: dict[str, Any] | None = Field(description="What each header was taken for.")
    bytes_total: int
    bytes_done: int
    rows: int = Field(description="Always accepted + rejected + duplicates.")
    accepted: int
    rejected: int
    duplicates: int
    empty: int
    warnings: int
    created_by: str
    created_at: datetime
    finished_at: datetime | None


class FindingOut(BaseModel):
    """A row that was turned away, or a warning about one that was taken."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    row_number: int = Field(description="The line on which the record starts; the header is 1.")
    severity: Literal["rejection", "warning"]
    field: str
    code: str
    text_en: str
    text_ru: str
    raw: list[str]


@router.post("", status_code=202, responses=problems(KindUnknown, CampaignMisplaced, NotFound))
def start_import(
    services: TheServices,
    session: Transaction,
    by: Manager,
    file: Annotated[UploadFile, File(description="CSV, XLSX or NDJSON.")],
    kind: Annotated[str, Form(description="leads, history, do_not_call or registry.")],
    campaign_id: Annotated[int | None, Form(ge=1, le=2**63 - 1)] = None,
    options: Annotated[str, Form(description="A JSON object; see docs/importing.md.")] = "{}",
) -> ImportOut:
    """Receive a file. Workers take it in; each row becomes a lead or a rejection with a reason."""
    written = read_json(options.encode("utf-8", "surrogatepass"))
    if not isinstance(written, dict):
        raise BodyUnreadable("`options` is no JSON object")
    check_text(file.filename or "")
    import_id = jobs.receive(
        services,
        file.file,
        filename=file.filename or "file",
        kind=kind,
        written=written,
        campaign_id=campaign_id,
        by=by,
    )
    return ImportOut.model_validate(jobs.get(session, import_id))


@router.get("")
def list_imports(
    session: Transaction, _: Reader, page: ThePage, campaign_id: int | None = None
) -> PageOut[ImportOut]:
    """List imports, newest first."""
    rows = lists.newest(
        session, ImportJob, after=page.after, limit=page.limit, campaign_id=campaign_id
    )
    return page.shape(rows, ImportOut.model_validate)


@router.get("/{import_id}", responses=problems(NotFound))
def get_import(import_id: Id, session: Transaction, _: Reader) -> ImportOut:
    """Give one import and how far it is."""
    return ImportOut.model_validate(jobs.get(session, import_id))


@router.get("/{import_id}/findings", responses=problems(NotFound))
def list_findings(
    import_id: Id,
    session: Transaction,
    _: Manager,
    page: ThePage,
    severity: Literal["rejection", "warning"] | None = None,
) -> PageOut[FindingOut]:
    """List rejected rows and warnings, in the order of the file."""
    jobs.get(session, import_id)
    rows = jobs.findings(session, import_id, after=page.after, limit=page.limit, severity=severity)
    return page.shape(rows, FindingOut.model_validate)


@router.get(
    "/{import_id}/rejections.csv",
    response_class=StreamingResponse,
    responses={**problems(NotFound), 200: {"content": {"text/csv": {}}}},
)
def download_rejections(
    import_id: Id, services: TheServices, session: Transaction, _: Manager
) -> StreamingResponse:
    """Download every rejected row as CSV, harmless to spreadsheets."""
    jobs.get(session, import_id)
    headers = {"Content-Disposition": f'attachment; filename="rejections-{import_id}.csv"'}
    return StreamingResponse(
        rejections(services, import_id), media_type="text/csv; charset=utf-8", headers=headers
    )


def rejections(services: Services, import_id: int) -> Iterator[str]:
    """Stream the file in a transaction of its own: the request's ends before the first line."""
    with services.transaction() as session:
        yield from jobs.rejections_csv(session, import_id)
