"""Start everything on this machine."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.run_file import Running


def up() -> None:
    """Start database, broker, API, worker and beat on this machine; Ctrl-C stops them cleanly."""
    from api.cli.output import say
    from api.launcher import Launcher
    from orchestrator.config import read_settings

    Launcher(read_settings(), out=say).up(on_healthy=welcome)


def welcome(running: "Running") -> None:
    """Show what runs, and one new key for each role that has none."""
    from api.cli.output import say, table
    from orchestrator import keys
    from orchestrator.services import connect, shared_clock

    table(("process", "pid"), sorted(running.pids.items()))
    sessions = connect(running.database_url, pool_size=1)
    with sessions.begin() as session:
        made = keys.ensure_role_keys(session, now=shared_clock(sessions).now())
    sessions.kw["bind"].dispose()
    if made:
        say("Keys of the API, shown this once:")
        table(("role", "key"), list(made.items()))
    say(f"API: {running.api_url}/v1, its contract: {running.api_url}/openapi.json")
    say("Ctrl-C stops everything.")
