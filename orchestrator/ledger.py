"""Append to the ledger of touches; the state of everybody concerned follows in the same breath."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from guardrails.facts import Channel, Purpose, Reach
from orchestrator.services import Actor
from orchestrator.store import history
from orchestrator.store import ledger as store


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTouch:
    """One contact to be kept; `external_id` is unique in its source, so it is kept once.

    A correction names the first entry about the contact in `corrects_id`.
    """

    person_id: int
    number_id: int | None
    at: datetime
    source: str
    external_id: str
    disposition: str
    reach: Reach
    channel: Channel = "call"
    outbound: bool = True
    offer_id: int | None = None
    topic_id: int | None = None
    campaign_id: int | None = None
    purpose: Purpose | None = None
    talk_seconds: int = 0
    attempt_id: UUID | None = None
    corrects_id: int | None = None


def append(session: Session, touches: Sequence[NewTouch], *, by: Actor, now: datetime) -> list[int]:
    """Keep touches that are not kept yet and give the ids of these.

    Locks the people concerned, remakes their state and has their leads screened again.
    """
    if not touches:
        return []
    people = {touch.person_id for touch in touches}
    history.lock(session, people)
    added = write(session, touches, by=by, now=now)
    changed = {person_id for _, person_id in added}
    if changed:
        history.refresh(session, changed)
        history.touch_leads(session, history.company_of(session, changed), now)
    return [touch_id for touch_id, _ in added]


def write(
    session: Session, touches: Sequence[NewTouch], *, by: Actor, now: datetime
) -> list[tuple[int, int]]:
    """Write entries for a use case that holds the locks and refreshes the states itself."""
    rows = [asdict(touch) | {"recorded_at": now, "recorded_by": by.name} for touch in touches]
    return store.add_touches(session, rows)
