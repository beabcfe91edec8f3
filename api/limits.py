"""How much one request may carry, and how fast one key may ask."""

import threading
import time
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import BodyTooLarge, TooManyRequests, problem
from orchestrator.errors import Invalid

BODY_BYTES_MAX = 2 * 1024 * 1024
UPLOAD_BYTES_MAX = 4 * 1024 * 1024 * 1024
UPLOAD_PATH = "/v1/imports"
REQUESTS_PER_SECOND_MAX = 200.0
BURST = 400.0


class AddressUnreadable(Invalid):
    """The address contains characters that nothing here is named by."""

    code = "address.unreadable"


class BodyLimit:
    """Stop reading a body where it passes the limit of its address."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what comes in; a declared length that is too large is refused unread."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if "\x00" in scope["path"] or "%00" in scope.get("query_string", b"").decode("latin-1"):
            answer = problem(AddressUnreadable("the address contains NUL"))
            await answer(scope, receive, send)
            return
        limit = UPLOAD_BYTES_MAX if scope["path"] == UPLOAD_PATH else BODY_BYTES_MAX
        refusal = BodyTooLarge(f"at most {limit} bytes are read here", bytes_max=limit)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            await problem(refusal)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise refusal
            return message

        await self.app(scope, counted, send)


@dataclass
class Pace:
    """A bucket for each key: it fills at a steady rate and a request takes one out."""

    per_second: float = REQUESTS_PER_SECOND_MAX
    burst: float = BURST
    _left: dict[int, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key_id: int) -> None:
        """Let one request of a key through, or raise TooManyRequests."""
        instant = time.monotonic()
        with self._lock:
            left, at = self._left.get(key_id, (self.burst, instant))
            left = min(self.burst, left + (instant - at) * self.per_second)
            if left < 1:
                self._left[key_id] = (left, instant)
                message = f"a key may ask {self.per_second:g} times a second"
                raise TooManyRequests(message, per_second=self.per_second)
            self._left[key_id] = (left - 1, instant)
