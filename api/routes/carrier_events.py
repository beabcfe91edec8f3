"""What carriers report about calls. Reports may come twice, late, out of order or never."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.auth import CarrierKey
from api.deps import TheServices
from api.fields import Instant
from api.route import PlainRoute
from orchestrator import outcomes
from orchestrator.telephony.base import CarrierReport, Disposition, EventKind

router = APIRouter(prefix="/v1/carrier-events", tags=["carriers"], route_class=PlainRoute)
Short = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class CarrierEventIn(BaseModel):
    """Something that happened to a call."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "event_id": "evt-118",
                "attempt_id": "4f7d2c1e9b0a4c53a2f1d0e8c7b6a594",
                "kind": "ended",
                "at": "2026-03-03T10:00:42+03:00",
                "disposition": "refused",
                "talk_seconds": 31,
                "words": "Нет, спасибо, мне не нужно",
            }
        },
    )

    event_id: Short = Field(description="Unique for the carrier; the same event is kept once.")
    attempt_id: UUID
    kind: EventKind
    at: Instant
    disposition: Disposition | None = Field(None, description="How it ended.")
    talk_seconds: Annotated[int, Field(ge=0, le=86_400)] = 0
    words: Annotated[str, StringConstraints(max_length=4000)] | None = None
    callback_at: Instant | None = None
    cause: Annotated[int, Field(ge=100, le=699)] | None = Field(None, description="SIP status.")


class Effect(BaseModel):
    """What the report did."""

    effect: Literal["applied", "late", "repeated", "unknown_call"]


@router.post("", status_code=202)
def receive_event(asked: CarrierEventIn, services: TheServices, by: CarrierKey) -> Effect:
    """Take in a report, once, whatever came before. Send it again until this answers."""
    report = CarrierReport(carrier=by.name, **asked.model_dump())
    return Effect(effect=outcomes.receive(services, report))
