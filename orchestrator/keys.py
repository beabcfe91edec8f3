"""Keys of the API: made once, shown once, kept as a hash."""

import hashlib
import secrets
from datetime import datetime
from typing import Literal, TypeAlias, get_args

from sqlalchemy.orm import Session

from orchestrator import audit
from orchestrator.errors import Conflict, NotFound
from orchestrator.services import SYSTEM, Actor
from orchestrator.store import keys as store
from orchestrator.tables import ApiKey

Role: TypeAlias = Literal["manager", "officer", "auditor", "agent", "carrier", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
PREFIX = "takt_"
RANDOM_BYTES = 32


class KeyNameTaken(Conflict):
    """Another key already has this name."""

    code = "key.name_taken"


def create(
    session: Session, name: str, *, role: Role, by: Actor, now: datetime
) -> tuple[ApiKey, str]:
    """Make a key; the second value is the key itself, which cannot be shown again."""
    if store.named(session, name) is not None:
        message = f"a key named `{name}` exists; revoked keys keep their name"
        raise KeyNameTaken(message, name=name)
    secret = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    key = ApiKey(name=name, role=role, hash=digest(secret), created_at=now, revoked_at=None)
    session.add(key)
    session.flush()
    audit.note(session, "key.created", f"key {key.id}", by=by, now=now, name=name, opens=role)
    return key, secret


def revoke(session: Session, key_id: int, *, by: Actor, now: datetime) -> ApiKey:
    """Make a key open nothing from now on; doing it again changes nothing."""
    key = session.get(ApiKey, key_id, with_for_update=True)
    if key is None:
        raise NotFound("key", key_id)
    if key.revoked_at is None:
        key.revoked_at = now
        audit.note(session, "key.revoked", f"key {key.id}", by=by, now=now, name=key.name)
    return key


def find(session: Session, secret: str) -> ApiKey | None:
    """Give the key that this secret is, unless there is none or it was revoked."""
    if not secret.startswith(PREFIX):
        return None
    return store.standing(session, digest(secret))


def ensure_role_keys(session: Session, *, now: datetime) -> dict[str, str]:
    """Make one key for each role that has none; gives the new ones by role, to be shown once."""
    made: dict[str, str] = {}
    opened = store.roles_opened(session)
    for role in ROLES:
        if role not in opened:
            ordinal = store.count(session, role) + 1
            name = role if ordinal == 1 else f"{role} {ordinal}"
            _, made[role] = create(session, name, role=role, by=SYSTEM, now=now)
    return made


def digest(secret: str) -> bytes:
    """Hash a key. It is 256 random bits, so a plain hash cannot be searched backwards."""
    return hashlib.sha256(secret.encode()).digest()
