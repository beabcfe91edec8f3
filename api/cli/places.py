"""Places that an officer answers for."""

from typing import Annotated

import typer


def accept_jurisdiction(
    context: typer.Context,
    region: Annotated[str, typer.Argument(help="ISO 3166: `RU`, `US-FL`.")],
    why: Annotated[str, typer.Option(help="Kept on the record.")],
) -> None:
    """Open a place that no policy pack covers; takes an officer."""
    from api.cli.installation import actor, services
    from api.cli.output import say
    from orchestrator import jurisdictions

    with services() as found, found.transaction() as session:
        jurisdictions.accept(session, region, why=why, by=actor(context), now=found.clock.now())
    say(f"{region} may be dialled from now on.")
