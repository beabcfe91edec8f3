"""Whether this process lives, and whether all it needs does."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api.deps import TheServices
from api.route import PlainRoute
from orchestrator import health

router = APIRouter(prefix="/v1/health", tags=["health"], route_class=PlainRoute)


class Alive(BaseModel):
    """This process answers."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """What Takt needs, part by part."""

    status: Literal["ok", "failing"]
    parts: dict[str, str]


@router.get("/live")
def live() -> Alive:
    """Say that this process answers; asks nothing of anybody else."""
    return Alive()


@router.get("/ready", responses={503: {"model": Ready, "description": "Some part is failing."}})
def ready(services: TheServices, response: Response) -> Ready:
    """Say whether database, broker, worker and clock all work; 503 when one does not."""
    parts = health.look(services)
    failing = any(state != "ok" for state in parts.values())
    response.status_code = 503 if failing else 200
    return Ready(status="failing" if failing else "ok", parts=parts)
