"""Keys of the API, made and revoked by an admin."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.auth import Admin
from api.deps import Now, Transaction
from api.errors import problems
from api.fields import Id
from api.route import ActingRoute
from orchestrator import keys
from orchestrator.errors import NotFound
from orchestrator.keys import KeyNameTaken, Role
from orchestrator.store import keys as store

router = APIRouter(prefix="/v1/keys", tags=["keys"], route_class=ActingRoute)


class KeyIn(BaseModel):
    """A key to be made."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"name": "crm", "role": "agent"}}
    )

    name: Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
    role: Role


class KeyOut(BaseModel):
    """A key, without the key itself."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    role: Role
    created_at: datetime
    revoked_at: datetime | None


class KeyMade(KeyOut):
    """A new key."""

    key: str = Field(description="The key itself, shown this once.")


@router.get("")
def list_keys(session: Transaction, _: Admin) -> list[KeyOut]:
    """List every key ever made, revoked ones too."""
    return [KeyOut.model_validate(key) for key in store.listed(session)]


@router.post("", status_code=201, responses=problems(KeyNameTaken))
def create_key(asked: KeyIn, session: Transaction, by: Admin, now: Now) -> KeyMade:
    """Make a key. The answer shows it once; only its hash is kept."""
    key, secret = keys.create(session, asked.name, role=asked.role, by=by, now=now)
    return KeyMade(**KeyOut.model_validate(key).model_dump(), key=secret)


@router.post("/{key_id}/revoke", responses=problems(NotFound))
def revoke_key(key_id: Id, session: Transaction, by: Admin, now: Now) -> KeyOut:
    """Make a key open nothing from now on."""
    return KeyOut.model_validate(keys.revoke(session, key_id, by=by, now=now))
