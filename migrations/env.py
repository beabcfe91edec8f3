"""Run migrations one process at a time, and give up early rather than block live calls.

The database comes from `migrations.upgrade`, or, on the command line, from `TAKT_DATABASE_URL`.
"""

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

from orchestrator.config import Settings
from orchestrator.tables import Base

# Any fixed number would do; it means "somebody is migrating this database".
MIGRATION_LOCK = 7_265_420_261

LOCK_TIMEOUT_MILLISECONDS = 4_000
STATEMENT_TIMEOUT_MILLISECONDS = 60_000


def database_url() -> str:
    """Take the database handed in by the caller, else the one the settings name."""
    handed_in = context.config.attributes.get("database_url")
    if handed_in:
        return str(handed_in)
    configured = Settings().database_url
    if configured is None:
        message = "no database: set TAKT_DATABASE_URL, or use `takt up`, which migrates its own"
        raise SystemExit(message)
    return configured.get_secret_value()


def migrate(connection: Connection) -> None:
    """Apply what is missing in one transaction, holding the lock until it is committed."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MILLISECONDS}"))
        connection.execute(text(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MILLISECONDS}"))
        context.run_migrations()


def write_sql() -> None:
    """Print the statements instead of running them, for people who apply them by hand."""
    context.configure(
        url=database_url(), target_metadata=Base.metadata, literal_binds=True, compare_type=True
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    write_sql()
else:
    engine = create_engine(database_url(), poolclass=pool.NullPool)
    with engine.connect() as live:
        migrate(live)
