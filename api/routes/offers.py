"""Topics and offers: what is sold, from lists that officers keep."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.auth import Anyone, Officer
from api.deps import Now, Transaction
from api.errors import problems
from api.fields import Id, Ref
from api.paging import PageOut, ThePage
from api.route import ActingRoute
from guardrails.facts import Purpose
from orchestrator import offers
from orchestrator.errors import NotFound
from orchestrator.offers import BadOffer, CodeTaken, OfferFixed

router = APIRouter(prefix="/v1", tags=["offers"], route_class=ActingRoute)
Text = Annotated[str, StringConstraints(max_length=300)]


class TopicIn(BaseModel):
    """A topic to be added."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"code": "mobile", "title": "Мобильная связь"}},
    )

    code: Text
    title: Text


class TopicOut(BaseModel):
    """What is sold; a renamed offer escapes no refusal of its topic."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    code: str
    title: str
    created_by: str
    created_at: datetime


class OfferIn(BaseModel):
    """An offer to be added."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "code": "home_sim",
                "title": "Сим-карта для дома",
                "topic_id": 1,
                "purpose": "marketing",
                "product": "home_sim",
            }
        },
    )

    code: Text
    title: Text
    topic_id: Ref
    purpose: Purpose
    product: Text | None = Field(None, description="Who owns this is not offered it again.")
    category: int | None = Field(None, description="1 or 2 where declared; 3 cannot be.")


class OfferChange(BaseModel):
    """What is to be changed about an offer; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"title": "Сим-карта для дома и дачи"}}
    )

    title: Text | None = None
    topic_id: Ref | None = None
    purpose: Purpose | None = None
    product: Text | None = None
    category: int | None = None


class OfferOut(BaseModel):
    """One thing offered."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    code: str
    title: str
    topic_id: int
    purpose: Purpose
    product: str | None
    category: int | None
    created_by: str
    created_at: datetime


@router.get("/topics")
def list_topics(session: Transaction, _: Anyone, page: ThePage) -> PageOut[TopicOut]:
    """List topics, oldest first."""
    rows = offers.topics(session, after_id=page.after or 0, limit=page.limit + 1)
    return page.shape(rows, TopicOut.model_validate)


@router.post("/topics", status_code=201, responses=problems(BadOffer, CodeTaken))
def add_topic(asked: TopicIn, session: Transaction, by: Officer, now: Now) -> TopicOut:
    """Add a topic. It cannot be renamed away from the refusals it collected."""
    topic = offers.add_topic(session, asked.code, asked.title, by=by, now=now)
    return TopicOut.model_validate(topic)


@router.get("/offers")
def list_offers(session: Transaction, _: Anyone, page: ThePage) -> PageOut[OfferOut]:
    """List offers, oldest first."""
    rows = offers.offers(session, after_id=page.after or 0, limit=page.limit + 1)
    return page.shape(rows, OfferOut.model_validate)


@router.post("/offers", status_code=201, responses=problems(BadOffer, CodeTaken))
def add_offer(asked: OfferIn, session: Transaction, by: Officer, now: Now) -> OfferOut:
    """Add an offer with its topic and purpose."""
    return OfferOut.model_validate(offers.add(session, **asked.model_dump(), by=by, now=now))


@router.get("/offers/{offer_id}", responses=problems(NotFound))
def get_offer(offer_id: Id, session: Transaction, _: Anyone) -> OfferOut:
    """Give one offer."""
    return OfferOut.model_validate(offers.get(session, offer_id))


@router.patch("/offers/{offer_id}", responses=problems(NotFound, BadOffer, OfferFixed))
def edit_offer(
    offer_id: Id, asked: OfferChange, session: Transaction, by: Officer, now: Now
) -> OfferOut:
    """Change an offer. Its topic and purpose stay once a campaign has used it."""
    changes = changes_of(asked)
    return OfferOut.model_validate(offers.edit(session, offer_id, changes, by=by, now=now))


def changes_of(asked: OfferChange) -> dict[str, Any]:
    """Give what is to be changed; only product and category can be unset by saying null."""
    told: dict[str, Any] = asked.model_dump(exclude_unset=True)
    return {
        name: value
        for name, value in told.items()
        if value is not None or name in ("product", "category")
    }
