"""How every route of the API takes a request in."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from api import auth, idempotency
from api.body import read_json
from api.errors import BodyWrongType


class PlainRoute(APIRoute):
    """A route whose JSON body is checked before anything believes it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Read the body first, then answer, then keep the answer if the request claimed a key."""
        answer = super().get_route_handler()
        form = self.body_field is not None and self.takes_form

        async def handler(request: Request) -> Response:
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if form:
                # A form is large: nobody fills our disk before we know who it is.
                await run_in_threadpool(auth.caller, request, request.app.state.services)
                require_type(kind, "multipart/form-data")
            elif self.body_field is not None or await request.body():
                raw = await request.body()
                if raw:
                    require_type(kind, "application/json")
                    # What Starlette itself would parse, parsed more carefully.
                    request._json = read_json(raw)  # noqa: SLF001
            if "idempotency-key" in request.headers:
                request.state.request_hash = await idempotency.hash_request(request)
            response = await answer(request)
            await idempotency.keep(request, response)
            return response

        return handler

    @property
    def takes_form(self) -> bool:
        """Say whether the body is a form with a file rather than JSON."""
        return type(self.body_field.field_info).__name__ in ("Form", "File")  # type: ignore[union-attr]


class ActingRoute(PlainRoute):
    """A route that, when it is a POST, acts once however often it is sent with one key."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        **options: Any,  # noqa: ANN401 - FastAPI's own, handed on
    ) -> None:
        if "POST" in (options.get("methods") or ()):
            options["dependencies"] = [idempotency.Once, *(options.get("dependencies") or ())]
        super().__init__(path, endpoint, **options)


def require_type(kind: str, wanted: str) -> None:
    """Refuse a body of another type than the route reads."""
    if kind != wanted:
        message = f"send `{wanted}`, not `{kind or 'nothing'}`"
        raise BodyWrongType(message, expected=wanted)
