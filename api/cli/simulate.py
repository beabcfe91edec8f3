"""Live through a simulated month and see whether every promise held."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from orchestrator.config import Settings
    from orchestrator.sim import Month

# What is shown of everything that was counted, and in which words.
SHOWN = {
    "rings": "telephones rang",
    "call: accepted": "accepted",
    "call: refused": "refused the offer",
    "call: do_not_call": "said: do not call",
    "call: complaint": "complained",
    "call: unknown": "nobody knows how they ended",
    "withdrawn at last look": "withdrawn at the last look",
    "void message": "messages that were void by the time they came",
    "crash": "processes died",
    "lie": "untrue reports",
    "refuse": "noes by letter",
    "stop": "emergency stops",
}


def simulate(
    seed: Annotated[int, typer.Option(help="The same seed makes the same month.")] = 1,
    days: Annotated[int, typer.Option(min=1, help="Days to live through.")] = 30,
    people: Annotated[int, typer.Option(min=1, help="How many people there are.")] = 300,
    lose: Annotated[float, typer.Option(help="Share of messages and reports lost.")] = 0.05,
    repeat: Annotated[float, typer.Option(help="Share that arrives twice.")] = 0.1,
    late: Annotated[float, typer.Option(help="Share of messages that arrives late.")] = 0.1,
    crash: Annotated[float, typer.Option(help="Share of points at which a process dies.")] = 0.01,
    lie: Annotated[float, typer.Option(help="Share of calls the network lies about.")] = 0.02,
) -> None:
    """Simulate campaigns over a month of bad luck, in a database made for it and thrown away.

    Leaves with 1 when a promise did not hold.
    """
    from api.cli.output import say
    from orchestrator import logs
    from orchestrator.config import Settings, read_settings
    from orchestrator.services import connect
    from orchestrator.sim import World, run

    world = World(
        seed=seed, people=people, days=days, lose=lose, repeat=repeat, late=late, crash=crash,
        lie=lie,
    )  # fmt: skip
    logs.configure("ERROR")  # Warnings are what a simulation is full of.
    say(world.command)
    with scratch_database(read_settings()) as address:
        sessions = connect(address)
        try:
            # Whatever this installation is set to, the same seed makes the same month.
            month = run(world, sessions, Settings.model_construct(), on_day=_tell)
        finally:
            sessions.kw["bind"].dispose()
    report(month)
    if month.broken:
        raise typer.Exit(1)


@contextmanager
def scratch_database(settings: "Settings") -> Iterator[str]:
    """Have an empty, migrated database: on the server given in the settings, else on one of ours.

    It is gone afterwards; no other database is touched.
    """
    import migrations

    if settings.database_url is not None:
        with _beside(settings.database_url.get_secret_value()) as address:
            migrations.upgrade(address)
            yield address
        return
    import shutil
    import tempfile
    from pathlib import Path

    from orchestrator.embedded.postgres import EmbeddedPostgres

    home = Path(tempfile.mkdtemp(prefix="takt-simulate-"))
    home.chmod(0o711)
    # It is thrown away, so it need not survive a power cut.
    server = EmbeddedPostgres(home, settings={"fsync": "off", "full_page_writes": "off"})
    try:
        address = server.start()
        migrations.upgrade(address)
        yield address
    finally:
        server.stop()
        shutil.rmtree(home)


@contextmanager
def _beside(address: str) -> Iterator[str]:
    """Make a database on the server of another one, and drop it."""
    import secrets

    from sqlalchemy import create_engine, make_url, text

    name = f"takt_simulate_{secrets.token_hex(6)}"
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield make_url(address).set(database=name).render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        engine.dispose()


def _tell(day: int, month: "Month") -> None:
    """Say how far it got, now and then."""
    from api.cli.output import say

    if day % 5 == 0 or day == month.world.days:
        say(f"day {day}: {month.counts['dialled']} calls, {month.counts['crash']} crashes")


def report(month: "Month") -> None:
    """Print what came of a month, and every promise."""
    from api.cli.output import complain, say, table

    table(("what", "how often"), [(SHOWN[key], month.counts[key]) for key in SHOWN])
    table(
        ("promise", "result", "says"),
        [(each.promise, each.result, each.says) for each in month.findings],
    )
    say(f"The month's digest: {month.digest}")
    for each in month.broken:
        complain(f"{each.promise} broken by {each.count}: {', '.join(each.offenders[:10])}")
    if month.broken:
        complain(f"to see it again: {month.world.command}")
