"""Preview calls: an agent asks for the next person, reads why, and presses dial or does not.

The same door as everything else: asking admits and reserves, pressing takes the last look and
claims. A reservation nobody presses on runs out by itself.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from orchestrator import admission, calls
from orchestrator.audit import note
from orchestrator.errors import Conflict, NotFound
from orchestrator.services import Actor, Services
from orchestrator.store import agents as store
from orchestrator.store.agents import Preview
from orchestrator.tables import Campaign

# Due leads that may turn out not to be clear before the search for one gives up for now.
LOOKS_MAX = 200


class NotPreview(Conflict):
    """Only a preview campaign is dialled by agents one by one."""

    code = "campaign.not_preview"


class NothingToDial(Conflict):
    """Nobody in this campaign may be called right now."""

    code = "campaign.nothing_due"


class NotYours(Conflict):
    """This call is not waiting for you: it ran out, was withdrawn, or is somebody else's."""

    code = "call.not_yours"


@dataclass(frozen=True, slots=True)
class Pressed:
    """What became of a press on dial."""

    is_dialled: bool
    outcome: str | None  # The code of the objection where it was not.


def next_call(services: Services, campaign_id: int, *, by: Actor) -> Preview:
    """Reserve the next person for this agent; asked again, give the one already reserved.

    Raises NotPreview, NothingToDial, and NotFound.
    """
    for _ in range(LOOKS_MAX):
        with services.transaction() as session:
            now = services.clock.now()
            _require_preview(session, campaign_id)
            waiting = store.waiting_for(session, campaign_id, agent=by.name, now=now)
            if waiting is not None:
                return waiting
            looked_at, reserved = admission.admit_batch(
                session, services, campaign_id, limit=1, agent=by.name
            )
            if reserved:
                subject = f"call:{reserved[0].hex}"
                note(session, "call.previewed", subject, by=by, now=now)
        if not looked_at and not reserved:
            break
    message = f"nobody in campaign {campaign_id} may be called right now; ask again later"
    raise NothingToDial(message, campaign_id=campaign_id)


def dial(services: Services, attempt_id: UUID, *, by: Actor) -> Pressed:
    """Take the last look and ring once, for the agent who asked for this person.

    Pressed twice it rings once. Raises NotYours.
    """
    placed = calls.place(services, [attempt_id], agent=by.name)
    if placed.dialled:
        return Pressed(is_dialled=True, outcome=None)
    with services.transaction() as session:
        outcome = store.outcome_of(session, attempt_id, agent=by.name)
    if not placed.withdrawn:
        message = f"call {attempt_id.hex} is not waiting for you; ask for the next one"
        raise NotYours(message, attempt_id=attempt_id.hex)
    return Pressed(is_dialled=False, outcome=outcome)


def skip(session: Session, attempt_id: UUID, *, why: str, by: Actor, now: datetime) -> None:
    """Give a person back without ringing; a colleague decides what becomes of the lead."""
    lead_id = store.give_back(session, attempt_id, agent=by.name, now=now)
    if lead_id is None:
        message = f"call {attempt_id.hex} is not waiting for you; there is nothing to skip"
        raise NotYours(message, attempt_id=attempt_id.hex)
    note(session, "call.skipped", f"call:{attempt_id.hex}", by=by, now=now, why=why)


def _require_preview(session: Session, campaign_id: int) -> None:
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound("campaign", campaign_id)
    if campaign.mode != "preview" or campaign.state != "running":
        message = (
            f"campaign {campaign_id} is {campaign.state} in mode {campaign.mode}; agents dial in"
            " running preview campaigns"
        )
        raise NotPreview(message, state=campaign.state, mode=campaign.mode)
