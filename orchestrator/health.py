"""Whether everything Takt needs answers: database, broker, worker, clock."""

import socket
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from orchestrator.services import Services
from orchestrator.store import health as store

BROKER_SECONDS_MAX = 1.0
DEFAULT_PORTS = {"redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671}
# The worker's ticks leave a trace in the database at least this often while all is well.
WORKER_SILENCE_MAX = timedelta(seconds=30)


def look(services: Services) -> dict[str, str]:
    """Give each part as `ok` or as what is wrong with it, in a few words and without addresses."""
    database = _database(services)
    return {
        "database": database,
        "broker": _broker(services),
        "clock": _clock(services) if database == "ok" else "unknown",
    }


def _database(services: Services) -> str:
    try:
        with services.sessions() as session:
            return "ok" if store.has_schema(session) else "schema is missing"
    except SQLAlchemyError:
        return "unreachable"


def _broker(services: Services) -> str:
    if services.settings.broker_url is None:
        return "not configured"
    url = urlsplit(services.settings.broker_url.get_secret_value())
    port = url.port or DEFAULT_PORTS.get(url.scheme)
    if url.hostname is None or port is None:
        return "address unreadable"
    try:
        socket.create_connection((url.hostname, port), timeout=BROKER_SECONDS_MAX).close()
    except OSError:
        return "unreachable"
    return "ok"


def _clock(services: Services) -> str:
    try:
        services.clock.now()
    except SQLAlchemyError:
        return "unreadable"
    return "ok"
