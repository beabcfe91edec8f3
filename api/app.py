"""The application: routes, errors, limits. Nothing is made at import."""

import logging

from fastapi import FastAPI

from api import errors, idempotency
from api.limits import BodyLimit, Pace
from api.routes import ROUTERS
from orchestrator import logs
from orchestrator.config import read_settings
from orchestrator.errors import Unavailable
from orchestrator.services import Services, build_services

ABOUT = """Takt decides whether a person may be phoned, phones them at most once per decision,
hears their no, and proves all three.

Errors are problem details (RFC 9457); `docs/problems.md` lists every type. Lists are keyset pages.
A POST that acts takes an `Idempotency-Key`: repeated with the same key, it acts once."""
# Each thread of a request may hold one connection, and one more for a moment to know its key.
POOL_SIZE = 20


class DatabaseNotConfigured(Unavailable):
    """The API needs to know its database."""

    code = "unavailable.database_not_configured"


def create_app(services: Services) -> FastAPI:
    """Make the application over these services."""
    app = FastAPI(
        title="Takt",
        version="0.1.0",
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        generate_unique_id_function=route_id,
    )
    app.state.services = services
    app.state.pace = Pace()
    errors.install(app)
    app.add_exception_handler(idempotency.Replay, idempotency.replay)
    app.add_middleware(BodyLimit)
    for router in ROUTERS:
        app.include_router(router)
    return app


def create() -> FastAPI:
    """Make the application from the environment; what uvicorn calls."""
    settings = read_settings()
    log_masked(settings.log_level)
    if settings.database_url is None:
        raise DatabaseNotConfigured("set `TAKT_DATABASE_URL`, or start everything with `takt up`")
    url = settings.database_url.get_secret_value()
    return create_app(build_services(settings, database_url=url, pool_size=POOL_SIZE))


def log_masked(level: str) -> None:
    """Send uvicorn's lines our way too: its tracebacks could carry a number."""
    logs.configure(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        theirs = logging.getLogger(name)
        theirs.handlers.clear()
        theirs.propagate = True


def route_id(route: object) -> str:
    """Name an operation after its function, which is what generated clients call it."""
    return str(getattr(route, "name", "route"))
