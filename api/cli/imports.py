"""Take a file in, with a progress bar."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from orchestrator.intake.run import Progress
    from orchestrator.services import Services

SLICE_SECONDS_MAX = 5.0
LOOK_AGAIN_SECONDS = 0.3
FINDINGS_SHOWN = 5


def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or NDJSON.")],
    kind: Annotated[str, typer.Option(help="leads, history, do_not_call or registry.")] = "leads",
    campaign: Annotated[int | None, typer.Option(help="Whose leads they are.")] = None,
    source: Annotated[
        str, typer.Option(help="The system the ids come from; they are unique within it.")
    ] = "import",
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="field=Column, as often as needed.")
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(help="name=value: zone, date_order, registry, … see docs/importing.md"),
    ] = None,
    rejections: Annotated[
        Path | None, typer.Option(help="Write rejected rows to this CSV file.")
    ] = None,
) -> None:
    """Import leads, a contact history, a do-not-call list or an extract of a register."""
    from api.cli.failures import FileUnreadable
    from api.cli.installation import actor, services
    from orchestrator.intake import jobs

    written: dict[str, Any] = {"source": source, **pairs(option, "--option")}
    mapping = pairs(map_, "--map")
    if mapping:
        written["mapping"] = mapping
    with services() as found:
        try:
            with file.open("rb") as stream:
                import_id = jobs.receive(
                    found, stream, filename=file.name, kind=kind, written=written,
                    campaign_id=campaign, by=actor(context),
                )  # fmt: skip
        except OSError as error:
            message = f"cannot read `{file}`: {(error.strerror or 'unreadable').lower()}"
            raise FileUnreadable(message) from None
        take_in(found, import_id, file.name)
        report(found, import_id, rejections=rejections)


def take_in(found: "Services", import_id: int, name: str) -> None:
    """Take a file in to its end, whoever does it: this process, or a worker that was quicker."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    from api.cli.output import console
    from orchestrator.intake import jobs, run

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rows]} rows"), TimeRemainingColumn(),
    )  # fmt: skip
    pause = threading.Event()
    with Bar(*columns, console=console(to_errors=True), transient=True) as bar:
        shown = bar.add_task(name, total=None, rows=0)
        while True:
            run.advance(found, import_id, seconds_max=SLICE_SECONDS_MAX, progress=drawn(bar, shown))
            with found.transaction() as session:
                job = jobs.get(session, import_id)
                bar.update(shown, total=job.bytes_total, completed=job.bytes_done, rows=job.rows)
                if job.finished_at is not None:
                    return
            pause.wait(LOOK_AGAIN_SECONDS)


def drawn(bar: Any, shown: Any) -> "Callable[[Progress], None]":  # noqa: ANN401 - rich, late
    """Give a function that draws how far an import is."""

    def draw(far: "Progress") -> None:
        bar.update(shown, total=far.bytes_total, completed=far.bytes_done, rows=far.rows)

    return draw


def report(found: "Services", import_id: int, *, rejections: Path | None) -> None:
    """Say what became of the rows; leaves with 1 when the file was refused."""
    from api.cli.output import complain, say
    from orchestrator.intake import jobs

    with found.transaction() as session:
        job = jobs.get(session, import_id)
        say(
            f"import {job.id}: {job.rows} rows, {job.accepted} accepted, {job.rejected} rejected,"
            f" {job.duplicates} there already, {job.empty} empty, {job.warnings} warnings"
        )
        for row in jobs.findings(session, import_id, after=None, limit=FINDINGS_SHOWN):
            say(f"  row {row.row_number}, {row.field}: {row.text_en} ({row.code})")
        if rejections is not None:
            rejections.write_text("".join(jobs.rejections_csv(session, import_id)), "utf-8")
            say(f"rejected rows: {rejections}")
    if job.state == "refused":
        problem = job.problem or {}
        complain(f"{problem.get('en', 'the file was refused')} ({problem.get('code')})")
        raise typer.Exit(1)


def pairs(written: list[str] | None, option: str) -> dict[str, str]:
    """Read `name=value` as often as it was given."""
    read = dict(each.partition("=")[::2] for each in written or ())
    if any(not name or not value for name, value in read.items()):
        raise typer.BadParameter("write it as name=value", param_hint=option)
    return read
