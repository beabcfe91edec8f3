"""The emergency stop."""

from typing import Annotated

import typer

Why = Annotated[str, typer.Option(help="Kept on the record.")]


def stop_everything(context: typer.Context, why: Why) -> None:
    """Stop every campaign at once; what is queued is withdrawn."""
    from api.cli.installation import actor, services
    from api.cli.output import say
    from orchestrator import stops

    with services() as found, found.transaction() as session:
        done = stops.stop_everything(session, why=why, by=actor(context), now=found.clock.now())
    say(f"Everything stands still. Withdrawn: {done.withdrawn}.")
    say('An officer lets it go on: takt --role officer go-on --why "…"')


def go_on(context: typer.Context, why: Why) -> None:
    """Lift the emergency stop; takes an officer."""
    from api.cli.installation import actor, services
    from api.cli.output import say
    from orchestrator import stops

    with services() as found, found.transaction() as session:
        stops.lift(session, why=why, by=actor(context), now=found.clock.now())
    say("Calls may begin again.")
