"""The schema's history. `upgrade` brings any database to the newest version.

Works from an installed package too, without `alembic.ini`, which only serves the command line.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config


def config(database_url: str) -> Config:
    """Say to Alembic where the scripts lie and which database is meant."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    # An attribute rather than an option: options are interpolated, and a password may hold a `%`.
    settings.attributes["database_url"] = database_url
    return settings


def upgrade(database_url: str, *, revision: str = "head") -> None:
    """Bring the database to `revision`; several processes may do so at once, one after another."""
    command.upgrade(config(database_url), revision)
