"""Keys of the API."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke keys of the API.")


@app.command("list")
def list_keys() -> None:
    """List every key ever made; the keys themselves are not kept."""
    from api.cli.installation import services
    from api.cli.output import table
    from orchestrator.store import keys as store

    with services() as found, found.transaction() as session:
        known = store.listed(session)
    table(
        ("id", "name", "role", "made", "revoked"),
        [(key.id, key.name, key.role, day(key.created_at), day(key.revoked_at)) for key in known],
    )


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Whose key it is.")],
    opens: Annotated[
        str, typer.Argument(help="manager, officer, auditor, agent, carrier or admin.")
    ],
) -> None:
    """Make a key and show it, this once."""
    from api.cli.installation import actor, services
    from api.cli.output import say
    from api.cli.reading import choice
    from orchestrator import keys

    role = choice(opens, keys.Role, of="role")
    with services() as found, found.transaction() as session:
        _, secret = keys.create(session, name, role=role, by=actor(context), now=found.clock.now())
    say(secret)


@app.command()
def revoke(
    context: typer.Context, key_id: Annotated[int, typer.Argument(help="From `takt keys list`.")]
) -> None:
    """Make a key open nothing from now on."""
    from api.cli.installation import actor, services
    from api.cli.output import say
    from orchestrator import keys

    with services() as found, found.transaction() as session:
        key = keys.revoke(session, key_id, by=actor(context), now=found.clock.now())
    say(f"Key `{key.name}` opens nothing any more.")


def day(at: object) -> str:
    """Give the day of an instant, or nothing."""
    return "" if at is None else str(at)[:10]
