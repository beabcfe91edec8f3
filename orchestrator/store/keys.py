"""Queries about the keys of the API and the answers given under them."""

from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from orchestrator.tables import ApiKey, IdempotencyKey


def standing(session: Session, digest: bytes) -> ApiKey | None:
    """Give the key with this hash unless it was revoked."""
    found = select(ApiKey).where(ApiKey.hash == digest, ApiKey.revoked_at.is_(None))
    return session.scalar(found)


def named(session: Session, name: str) -> ApiKey | None:
    """Give the key of this name, revoked or not."""
    return session.scalar(select(ApiKey).where(ApiKey.name == name))


def roles_opened(session: Session) -> set[str]:
    """Give the roles that some key opens."""
    return set(session.scalars(select(ApiKey.role).where(ApiKey.revoked_at.is_(None))))


def count(session: Session, role: str) -> int:
    """Say how many keys a role ever had."""
    return session.scalar(select(func.count()).where(ApiKey.role == role)) or 0


def listed(session: Session) -> list[ApiKey]:
    """Give every key, oldest first."""
    return list(session.scalars(select(ApiKey).order_by(ApiKey.id)))


def claim(
    session: Session, *, api_key_id: int, key: str, request_hash: bytes, now: datetime
) -> IdempotencyKey | None:
    """Claim an idempotency key, or give the answer stored under it.

    When the same key is in use by another request right now, this waits for that one to commit
    or fail, ten seconds at most (then the database raises a lock time-out).
    """
    session.execute(text("SET LOCAL lock_timeout = '10s'"))
    made = session.scalar(
        insert(IdempotencyKey)
        .values(
            api_key_id=api_key_id,
            key=key,
            request_hash=request_hash,
            status=0,
            body=b"",
            headers={},
            at=now,
        )
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    )
    session.execute(text("SET LOCAL lock_timeout = 0"))
    if made is not None:
        return None
    return session.scalar(
        select(IdempotencyKey).where(
            IdempotencyKey.api_key_id == api_key_id, IdempotencyKey.key == key
        )
    )


def keep(
    session: Session,
    *,
    api_key_id: int,
    key: str,
    status: int,
    body: bytes,
    headers: dict[str, str],
) -> None:
    """Keep the answer given under a claimed key, in the transaction of its effect."""
    session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.api_key_id == api_key_id, IdempotencyKey.key == key)
        .values(status=status, body=body, headers=headers)
    )
