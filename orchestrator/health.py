"""Whether everything Takt needs answers: database, broker, worker, clock."""

import socket
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from orchestrator.services import Services
from orchestrator.store import health as store
from orchestrator.store import heartbeat

BROKER_SECONDS_MAX = 1.0
DEFAULT_PORTS = {"redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671}
# A worker notes every tick, once a real second; a shifted clock runs through more of its own.
WORKER_SILENCE_SECONDS_MAX = 15.0


def look(services: Services) -> dict[str, str]:
    """Give each part as `ok` or as what is wrong with it, in a few words and without addresses."""
    database = _database(services)
    return {
        "database": database,
        "broker": _broker(services),
        "clock": _clock(services) if database == "ok" else "unknown",
        "worker": _worker(services) if database == "ok" else "unknown",
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


def _worker(services: Services) -> str:
    try:
        with services.sessions() as session:
            at = heartbeat.last(session, "worker")
        silent = None if at is None else services.clock.now() - at
    except SQLAlchemyError:
        return "unreadable"
    if silent is None:
        return "never heard of"
    allowed = timedelta(seconds=WORKER_SILENCE_SECONDS_MAX * services.clock.rate)
    return "ok" if silent <= allowed else "silent"
