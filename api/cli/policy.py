"""The house policy."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Show and tighten the house policy.")


@app.command()
def show() -> None:
    """Print every limit in force with its unit, its strict direction and its pack."""
    from api.cli.installation import services
    from api.cli.output import say, table
    from orchestrator import policies

    with services() as found, found.transaction() as session:
        policy = policies.in_force(session)
        limits = list(policies.effective(session))
    say(f"policy {policy.hash[:12]}, packs: {', '.join(pack.name for pack in policy.packs)}")
    table(
        ("guardrail", "limit", "value", "unit", "stricter", "pack"),
        [(one.code, one.name, one.value, one.unit, one.stricter, one.pack) for one in limits],
    )


@app.command()
def draft(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The whole policy, TOML or JSON.")],
    why: Annotated[str, typer.Option(help="Kept on the record.")],
) -> None:
    """Keep a new version for later; it changes nothing until it is activated."""
    from api.cli.installation import actor, services
    from api.cli.output import say
    from api.cli.reading import document
    from orchestrator import policies

    with services() as found, found.transaction() as session:
        version = policies.draft(
            session, document(file), why=why, by=actor(context), now=found.clock.now()
        )
    say(
        f"Version {version.id} is kept. Put it in force: takt --role officer policy activate "
        f"{version.id}"
    )


@app.command()
def activate(
    context: typer.Context,
    version_id: Annotated[int, typer.Argument(help="From `takt policy draft`.")],
) -> None:
    """Put a version in force that only tightens; it reaches what is queued at once."""
    from api.cli.installation import actor, services
    from api.cli.output import say
    from orchestrator import policies

    with services() as found, found.transaction() as session:
        version = policies.activate(session, version_id, by=actor(context), now=found.clock.now())
    say(f"Version {version.id} is in force.")
