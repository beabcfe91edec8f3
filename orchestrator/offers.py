"""What is sold: topics from a list officers keep, and the offers that belong to them.

Topic and purpose of an offer are fixed once a campaign has used it: otherwise a renamed offer
would escape the refusals of the old one.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from orchestrator import audit
from orchestrator.errors import Conflict, Invalid, NotFound
from orchestrator.roles import demand
from orchestrator.services import Actor
from orchestrator.store import offers as store
from orchestrator.tables import Offer, Topic

PURPOSES: Final = ("marketing", "service", "collection", "survey", "fundraising")
CATEGORIES: Final = (1, 2)
CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
TITLE_LENGTH_MAX = 200


class BadOffer(Invalid):
    """A topic or an offer cannot be read; the field says what is wrong."""

    code = "offer.invalid"


class CodeTaken(Conflict):
    """Another topic or offer has this code."""

    code = "offer.code_taken"


class OfferFixed(Conflict):
    """Topic and purpose of an offer are fixed once a campaign has used it."""

    code = "offer.fixed"


def add_topic(session: Session, code: str, title: str, *, by: Actor, now: datetime) -> Topic:
    """Add a topic to the list; only an officer keeps it."""
    demand(by, "officer", to="add a topic")
    _check_code(code)
    _check_title(title)
    topic = store.add_topic(session, code, title=title, by=by.name, now=now)
    if topic is None:
        raise CodeTaken(f"topic `{code}` is there already", field="code")
    audit.note(session, "topic.add", f"topic:{topic.id}", by=by, now=now, code=code)
    return topic


def add(
    session: Session,
    code: str,
    *,
    title: str,
    topic_id: int,
    purpose: str,
    product: str | None = None,
    category: int | None = None,
    by: Actor,
    now: datetime,
) -> Offer:
    """Add an offer. An officer fixes its purpose; category 3 or none means undeclared."""
    demand(by, "officer", to="add an offer")
    _check_code(code)
    offer = Offer(
        code=code,
        title=title,
        topic_id=topic_id,
        purpose=purpose,
        product=product,
        category=category,
        created_by=by.name,
        created_at=now,
    )
    _check(session, offer)
    added = store.add_offer(session, offer)
    if added is None:
        raise CodeTaken(f"offer `{code}` is there already", field="code")
    audit.note(
        session,
        "offer.add",
        f"offer:{added.id}",
        by=by,
        now=now,
        code=code,
        topic_id=topic_id,
        purpose=purpose,
        category=category,
    )
    return added


def edit(
    session: Session, offer_id: int, changes: dict[str, Any], *, by: Actor, now: datetime
) -> Offer:
    """Change an offer; topic, purpose and product only while no campaign has used it."""
    demand(by, "officer", to="change an offer")
    offer = store.offer_locked(session, offer_id)
    if offer is None:
        raise NotFound("offer", offer_id)
    unknown = sorted(set(changes) - {"title", "topic_id", "purpose", "product", "category"})
    if unknown:
        raise BadOffer(f"`{unknown[0]}` of an offer cannot be changed", field=unknown[0])
    fixed = {
        name
        for name in ("topic_id", "purpose")
        if name in changes and changes[name] != getattr(offer, name)
    }
    if fixed and store.is_used(session, offer_id):
        names = " and ".join(sorted(fixed))
        message = f"offer `{offer.code}` was used by a campaign: {names} stay; add another offer"
        raise OfferFixed(message, fields=sorted(fixed))
    for name, value in changes.items():
        setattr(offer, name, value)
    _check(session, offer)
    session.flush()
    audit.note(session, "offer.edit", f"offer:{offer_id}", by=by, now=now, changes=changes)
    return offer


def get(session: Session, offer_id: int) -> Offer:
    """Give one offer."""
    offer = store.offer(session, offer_id)
    if offer is None:
        raise NotFound("offer", offer_id)
    return offer


def topics(session: Session, *, after_id: int = 0, limit: int = 100) -> Sequence[Topic]:
    """Give topics, a page at a time."""
    return store.topics(session, after_id=after_id, limit=limit)


def offers(session: Session, *, after_id: int = 0, limit: int = 100) -> Sequence[Offer]:
    """Give offers, a page at a time."""
    return store.offers(session, after_id=after_id, limit=limit)


def _check(session: Session, offer: Offer) -> None:
    """Refuse an offer that says something it cannot say."""
    with session.no_autoflush:
        _check_title(offer.title)
        if offer.purpose not in PURPOSES:
            message = f"`{offer.purpose}` is none of {', '.join(PURPOSES)}"
            raise BadOffer(message, field="purpose")
        if offer.category is not None and offer.category not in CATEGORIES:
            message = f"category `{offer.category}` cannot be declared, only 1 or 2"
            raise BadOffer(message, field="category")
        if store.topic(session, offer.topic_id) is None:
            raise BadOffer(f"no topic `{offer.topic_id}`", field="topic_id")


def _check_code(code: str) -> None:
    if not CODE.fullmatch(code):
        message = f"`{code}` is no code: lower-case letters, digits, dots and dashes, 64 at most"
        raise BadOffer(message, field="code")


def _check_title(title: str) -> None:
    if not title.strip() or len(title) > TITLE_LENGTH_MAX:
        raise BadOffer(f"a title has 1 to {TITLE_LENGTH_MAX} characters", field="title")
