"""Which installation a command acts on, and on whose word."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from orchestrator.config import Settings
    from orchestrator.services import Actor, Services

ROLES = ("manager", "officer", "auditor", "agent", "admin")


def settings() -> "Settings":
    """Read the settings; where none are given, those of the installation that runs here."""
    from pydantic import SecretStr

    from api import run_file
    from orchestrator.config import read_settings
    from orchestrator.embedded.account import default_home

    read = read_settings()
    if read.database_url is not None:
        return read
    home = read.home if "home" in read.model_fields_set else default_home()
    running = run_file.find(home)
    if running is None:
        raise not_running()(
            "takt is not running: start it with `takt up`, or set TAKT_DATABASE_URL"
        )
    found = {
        "home": home,
        "database_url": SecretStr(running.database_url),
        "broker_url": SecretStr(running.broker_url),
    }
    return read.model_copy(update=found)


def not_running() -> type[Exception]:
    """Give the error of a command that finds nothing to act on."""
    from api.cli.failures import NotRunning

    return NotRunning


@contextmanager
def services() -> Iterator["Services"]:
    """Have the running installation's database, carrier and clock for one command."""
    from orchestrator.services import build_services

    found = settings()
    assert found.database_url is not None  # noqa: S101 - settings() raises otherwise
    built = build_services(found, database_url=found.database_url.get_secret_value(), pool_size=2)
    try:
        yield built
    finally:
        built.sessions.kw["bind"].dispose()


def actor(context: typer.Context) -> "Actor":
    """Give on whose word the command acts: `--by`, else the name of the user; in role `--role`."""
    from orchestrator.services import Actor

    said = context.find_root().params
    return Actor(said.get("by") or getpass.getuser(), said.get("role") or "manager")
