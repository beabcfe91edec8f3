"""A request that is sent twice acts once: the second gets the answer the first was given.

The answer is kept in the transaction of the effect, so one cannot exist without the other. A
request that failed has had no effect; its key is free again.
"""

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile

from api.auth import TheCaller
from api.deps import Now, Transaction
from orchestrator.errors import Conflict, Invalid
from orchestrator.store import keys as store

KEPT_HEADERS = ("content-type", "location", "etag")
REPLAYED = "Idempotency-Replayed"
CHUNK_BYTES = 1 << 20


class KeyMismatch(Conflict):
    """This idempotency key was used for another request."""

    code = "idempotency.mismatch"


class KeyRequired(Invalid):
    """This request acts on people and must carry an idempotency key."""

    code = "idempotency.required"


class Replay(Exception):
    """The stored answer of an earlier, equal request."""

    def __init__(self, *, status: int, body: bytes, headers: dict[str, str]) -> None:
        super().__init__(status)
        self.response = Response(body, status, headers={**headers, REPLAYED: "true"})


Key = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Repeat a request with the same key, and it acts once.",
    ),
]


def once(
    request: Request,
    session: Transaction,
    caller: TheCaller,
    now: Now,
    idempotency_key: Key = None,
) -> None:
    """Claim the request's key, or answer as it was answered before."""
    if idempotency_key is None:
        return
    asked: bytes = request.state.request_hash
    kept = store.claim(
        session, api_key_id=caller.key_id, key=idempotency_key, request_hash=asked, now=now
    )
    if kept is None:
        request.state.claimed = (session, caller.key_id, idempotency_key)
        return
    if kept.request_hash != asked:
        raise KeyMismatch("use a new key for a new request", key=idempotency_key)
    raise Replay(status=kept.status, body=kept.body, headers=kept.headers)


def required(idempotency_key: Key = None) -> None:
    """Insist on a key where acting twice would reach people twice."""
    if idempotency_key is None:
        raise KeyRequired("send an `Idempotency-Key` header, for example a random UUID")


Once = Depends(once, scope="function")
Required = Depends(required)


async def hash_request(request: Request) -> bytes:
    """Digest what was asked: method, address, and the body, a form by its parts."""
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    if request.headers.get("content-type", "").startswith("multipart/"):
        for field, value in (await request.form()).multi_items():
            digest.update(field.encode() + b"\0")
            if not isinstance(value, UploadFile):
                digest.update(value.encode())
                continue
            while chunk := await value.read(CHUNK_BYTES):
                digest.update(chunk)
            await value.seek(0)
    else:
        digest.update(await request.body())
    return digest.digest()


async def keep(request: Request, response: Response) -> None:
    """Keep the answer under the key that the request claimed, if it claimed one."""
    claimed: tuple[Session, int, str] | None = getattr(request.state, "claimed", None)
    if claimed is None:
        return
    session, api_key_id, key = claimed
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}

    def write() -> None:
        store.keep(
            session,
            api_key_id=api_key_id,
            key=key,
            status=response.status_code,
            body=bytes(response.body),
            headers=headers,
        )

    await run_in_threadpool(write)


def replay(_: Request, error: Exception) -> Response:
    """Answer with what was answered before."""
    if not isinstance(error, Replay):
        raise error
    return error.response
