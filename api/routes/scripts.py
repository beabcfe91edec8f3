"""Call scripts, kept as immutable versions."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, ConfigDict, Field

from api.auth import Anyone, Manager
from api.deps import Now, Transaction
from api.errors import problems
from api.fields import Id
from api.paging import PageOut, ThePage
from api.route import ActingRoute
from orchestrator import scripts
from orchestrator.errors import NotFound
from orchestrator.scripts import ScriptUnreadable

router = APIRouter(prefix="/v1/scripts", tags=["scripts"], route_class=ActingRoute)

EXAMPLE = {
    "id": "home_sim", "lang": "ru", "domain": "telecom", "title": "Сим-карта для дома",
    "campaign": {"variables": [{"name": "first_name", "fill_rate": 1.0, "fallback": None}]},
    "start": "hello",
    "nodes": [
        {"id": "hello", "type": "say", "purpose": "offer", "text": "{first_name}, добрый день!",
         "next": "end"},
    ],
}  # fmt: skip


class ScriptOut(BaseModel):
    """One version of a script."""

    model_config = ConfigDict(from_attributes=True)

    id: int = Field(description="What a campaign names.")
    script: str
    version: int
    title: str
    language: str
    hash: str
    variables: list[str] = Field(description="Every variable its words use …")
    required: list[str] = Field(description="… and those that have no declared fallback.")
    created_by: str
    created_at: datetime


class ScriptWhole(ScriptOut):
    """One version of a script with its steps."""

    body: dict[str, Any]


@router.get("")
def list_scripts(
    session: Transaction,
    _: Anyone,
    page: ThePage,
    script: Annotated[str | None, Query(max_length=200)] = None,
) -> PageOut[ScriptOut]:
    """List script versions, newest first."""
    rows = scripts.versions(session, script=script, before_id=page.after, limit=page.limit + 1)
    return page.shape(rows, ScriptOut.model_validate)


@router.post("", status_code=201, responses=problems(ScriptUnreadable))
def add_script(
    document: Annotated[dict[str, Any], Body(examples=[EXAMPLE])],
    session: Transaction,
    by: Manager,
    now: Now,
) -> ScriptOut:
    """Keep a script as its next version; the same document again gives the version it has."""
    return ScriptOut.model_validate(scripts.add(session, document, by=by, now=now))


@router.get("/{script_version_id}", responses=problems(NotFound))
def get_script(script_version_id: Id, session: Transaction, _: Anyone) -> ScriptWhole:
    """Give one version with all its steps."""
    return ScriptWhole.model_validate(scripts.version(session, script_version_id))
