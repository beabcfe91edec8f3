"""Errors of the domain as problem details (RFC 9457); the only place that knows status codes."""

import logging
import traceback
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy import exc as sql
from starlette.exceptions import HTTPException

from orchestrator.campaigns import CampaignChanged
from orchestrator.errors import Conflict, Forbidden, Invalid, NotFound, TaktError, Unavailable

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 1
# What PostgreSQL says of two at once: a lock not had in time, a deadlock, a serialization failure.
PASSING_STATES = frozenset(("55P03", "40P01", "40001"))


class Unauthorized(TaktError):
    """The request carries no key, or one that opens nothing."""

    code = "unauthorized"


class NoRoute(NotFound):
    """Nothing is served at this address."""

    code = "not_found.route"

    def __init__(self, path: str) -> None:
        super().__init__("route", path)


class MethodNotAllowed(TaktError):
    """This address does not answer to this method."""

    code = "method_not_allowed"


class BodyTooLarge(TaktError):
    """The body is larger than this address takes."""

    code = "body.too_large"


class BodyUnreadable(Invalid):
    """The body is not what its type says it is."""

    code = "body.unreadable"


class BodyWrongType(TaktError):
    """The body comes in a type this address does not read."""

    code = "body.wrong_type"


class RequestInvalid(Invalid):
    """A field of the request is missing, unknown, or has a value it cannot have."""

    code = "request.invalid"


class TooManyRequests(TaktError):
    """This key asks faster than it may."""

    code = "too_many_requests"


class PreconditionRequired(Conflict):
    """An edit must say which version it edits."""

    code = "precondition.required"


class ChangedMeanwhile(Conflict):
    """Somebody else changed the same thing at the same moment."""

    code = "conflict.meanwhile"


class DatabaseUnreachable(Unavailable):
    """The database cannot be reached, so nothing was done and no call is placed."""

    code = "unavailable.database"


class Internal(TaktError):
    """Takt failed; nothing was done."""

    code = "internal"


STATUS: Mapping[type[TaktError], int] = {
    BodyUnreadable: 400,
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    MethodNotAllowed: 405,
    Conflict: 409,
    CampaignChanged: 412,
    BodyTooLarge: 413,
    BodyWrongType: 415,
    Invalid: 422,
    PreconditionRequired: 428,
    TooManyRequests: 429,
    Unavailable: 503,
}


def status_of(kind: type[TaktError]) -> int:
    """Give the status a kind of error answers with; an unlisted kind is our fault, hence 500."""
    return next((STATUS[base] for base in kind.__mro__ if base in STATUS), 500)


def title_of(kind: type[TaktError]) -> str:
    """Give the first line of the docstring, which is the title a person sees."""
    return (kind.__doc__ or "").strip().partition("\n")[0]


def problem(error: TaktError, *, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Answer with problem details: type, title, status, detail, and the error's own fields."""
    kind = type(error)
    status = status_of(kind)
    body = {
        **error.fields,
        "type": f"/problems/{error.code}",
        "title": title_of(kind),
        "status": status,
        "detail": error.detail,
    }
    sent = dict(headers or {})
    if isinstance(error, Unauthorized):
        sent["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Unavailable | TooManyRequests | ChangedMeanwhile):
        sent.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))
    return JSONResponse(jsonable_encoder(body), status, headers=sent, media_type=MEDIA_TYPE)


def of_takt(_: Request, error: Exception) -> JSONResponse:
    """Answer an error of the domain."""
    if not isinstance(error, TaktError):
        raise error
    return problem(error)


def of_validation(_: Request, error: Exception) -> JSONResponse:
    """Answer a request whose fields do not fit; says where and why, never repeats the value."""
    if not isinstance(error, RequestValidationError):
        raise error
    found = [
        {"field": ".".join(str(part) for part in each["loc"]), "text": str(each["msg"])}
        for each in error.errors()
    ]
    first = found[0] if found else {"field": "body", "text": "does not fit"}
    return problem(RequestInvalid(f"`{first['field']}`: {first['text'].lower()}", errors=found))


def of_http(request: Request, error: Exception) -> JSONResponse:
    """Answer what the web framework itself turned away."""
    if not isinstance(error, HTTPException):
        raise error
    path = request.url.path
    kinds: dict[int, TaktError] = {
        400: BodyUnreadable("the body cannot be read"),
        404: NoRoute(path),
        405: MethodNotAllowed(f"`{path}` does not answer to {request.method}"),
        413: BodyTooLarge("the body is too large"),
        415: BodyWrongType("the type of the body is not read here"),
    }
    fallback = Internal("the request could not be served")
    return problem(kinds.get(error.status_code, fallback), headers=error.headers)


def of_database(_: Request, error: Exception) -> JSONResponse:
    """Answer what the database turned away, without repeating its words: they carry values."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    log.warning("database_error", extra={"error": type(error).__name__, "sqlstate": state})
    if state in PASSING_STATES:
        return problem(ChangedMeanwhile("somebody is at the same thing; try again"))
    if isinstance(error, sql.IntegrityError):
        return problem(ChangedMeanwhile("read it again, then decide whether to repeat"))
    if isinstance(error, sql.DataError):
        return problem(RequestInvalid("a value is outside of what can be stored"))
    if isinstance(error, sql.OperationalError | sql.InterfaceError | sql.TimeoutError):
        return problem(DatabaseUnreachable("the database did not answer; try again"))
    return problem(Internal("the failure has been logged"))


def of_anything(_: Request, error: Exception) -> JSONResponse:
    """Answer a failure of ours without saying anything about it; the log keeps where it was."""
    frames = traceback.format_tb(error.__traceback__)
    log.error("request_failed", extra={"error": type(error).__name__, "frames": frames})
    return problem(Internal("the failure has been logged"))


def install(app: FastAPI) -> None:
    """Make every error of the application a problem."""
    app.add_exception_handler(TaktError, of_takt)
    app.add_exception_handler(RequestValidationError, of_validation)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(sql.SQLAlchemyError, of_database)
    app.add_exception_handler(Exception, of_anything)


SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["/problems/campaign.not_ready"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


def problems(*kinds: type[TaktError]) -> dict[int | str, dict[str, object]]:
    """Document the problems of a route beside what every route can answer."""
    found: dict[int | str, list[type[TaktError]]] = {}
    for kind in kinds:
        found.setdefault(status_of(kind), []).append(kind)
    return {status: answer(names) for status, names in found.items()}


def answer(kinds: list[type[TaktError]]) -> dict[str, object]:
    """Describe one status of a route: which problems it can be, with an example."""
    text = "; ".join(f"`{kind.code}`: {title_of(kind)}" for kind in kinds)
    first = kinds[0]
    example = {
        "type": f"/problems/{first.code}",
        "title": title_of(first),
        "status": status_of(first),
        "detail": title_of(first),
    }
    return {"description": text, "content": {MEDIA_TYPE: {"schema": SCHEMA, "example": example}}}
