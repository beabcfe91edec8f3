"""The record: is it whole, and do the promises hold."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Check the record and the promises.")


@app.command()
def verify() -> None:
    """Walk the chain over decisions and deeds; name whatever was altered, removed or slipped in."""
    from api.cli.installation import services
    from api.cli.output import complain, say
    from orchestrator import sealing

    with services() as found, found.transaction() as session:
        report = sealing.verify(session)
    say(f"{report.sealed} records sealed, {report.unsealed} not yet. Head: {report.head}")
    for what, names in (
        ("altered", report.altered),
        ("removed", report.removed),
        ("inserted", report.inserted),
    ):
        for name in names:
            complain(f"{what}: {name}")
    if not report.is_whole:
        raise typer.Exit(1)
    say("The chain is whole.")


@app.command()
def invariants(
    lately: Annotated[bool, typer.Option("--lately", help="Only the last 24 hours.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Check every promise, each by one query over what was really done."""
    from api.cli.installation import services
    from api.cli.output import complain, table
    from orchestrator import invariants as promises

    check = promises.check_lately if lately else promises.check_all
    with services() as found, found.transaction() as session:
        findings = check(session, found.clock.now())
    table(
        ("promise", "result", "says", "note"),
        [(each.promise, each.result, each.says, each.note) for each in findings],
    )
    broken = [each for each in findings if each.result == "broken"]
    for each in broken:
        complain(f"{each.promise} broken by {each.count}: {', '.join(each.offenders[:10])}")
    if broken:
        raise typer.Exit(1)
