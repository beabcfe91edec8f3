"""Topics and offers."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from orchestrator.tables import Campaign, Offer, Topic


def add_topic(session: Session, code: str, *, title: str, by: str, now: datetime) -> Topic | None:
    """Keep a topic; None when its code is taken."""
    statement = (
        insert(Topic)
        .values(code=code, title=title, created_by=by, created_at=now)
        .on_conflict_do_nothing()
        .returning(Topic)
    )
    return session.scalars(statement).one_or_none()


def add_offer(session: Session, offer: Offer) -> Offer | None:
    """Keep an offer; None when its code is taken."""
    values = {
        column.name: getattr(offer, column.name)
        for column in Offer.__table__.columns
        if column.name != "id"
    }
    statement = insert(Offer).values(values).on_conflict_do_nothing().returning(Offer)
    return session.scalars(statement).one_or_none()


def topic(session: Session, topic_id: int) -> Topic | None:
    """Give one topic."""
    return session.get(Topic, topic_id)


def offer(session: Session, offer_id: int) -> Offer | None:
    """Give one offer."""
    return session.get(Offer, offer_id)


def offer_locked(session: Session, offer_id: int) -> Offer | None:
    """Give one offer, locked against a campaign that begins to use it."""
    return session.get(Offer, offer_id, with_for_update=True, populate_existing=True)


def is_used(session: Session, offer_id: int) -> bool:
    """Say whether a campaign was ever made with this offer."""
    return bool(session.scalar(select(exists().where(Campaign.offer_id == offer_id))))


def topics(session: Session, *, after_id: int, limit: int) -> Sequence[Topic]:
    """Give topics by id, a page at a time."""
    statement = select(Topic).where(Topic.id > after_id).order_by(Topic.id).limit(limit)
    return session.scalars(statement).all()


def offers(session: Session, *, after_id: int, limit: int) -> Sequence[Offer]:
    """Give offers by id, a page at a time."""
    statement = select(Offer).where(Offer.id > after_id).order_by(Offer.id).limit(limit)
    return session.scalars(statement).all()
