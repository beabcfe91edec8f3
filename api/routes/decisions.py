"""Decisions on record: what was answered, when, why, and whether it would be answered again."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api.auth import Reader
from api.deps import Transaction
from api.errors import problems
from api.fields import Id, OfId
from api.paging import PageOut, ThePage
from api.reasons import Language, TheLanguage, VerdictOut, verdict_of_decision
from api.route import ActingRoute
from orchestrator import decisions
from orchestrator.errors import NotFound
from orchestrator.store import lists
from orchestrator.tables import Decision

router = APIRouter(prefix="/v1/decisions", tags=["decisions"], route_class=ActingRoute)


class DecisionOut(BaseModel):
    """One answer to "may we call?", append-only; holds no name, number or words."""

    id: int
    at: datetime
    moment: Literal["screening", "admission", "last_look", "asked"]
    campaign_id: int | None
    lead_id: int | None
    person_id: int | None
    number_id: int | None
    attempt_id: UUID | None
    verdict: VerdictOut
    input_digest: str
    requested_by: str


class ReplayOut(BaseModel):
    """A decision taken again on its stored inputs."""

    decision_id: int
    outcome: Literal["equal", "different", "inputs erased", "inputs altered"]
    was: list[str]
    now_is: list[str] | None


@router.get("")
def list_decisions(
    session: Transaction,
    _: Reader,
    page: ThePage,
    lang: TheLanguage,
    person_id: OfId = None,
    lead_id: OfId = None,
    campaign_id: OfId = None,
    ruling: Literal["clear", "held", "blocked"] | None = None,
    moment: Literal["screening", "admission", "last_look", "asked"] | None = None,
) -> PageOut[DecisionOut]:
    """List decisions, newest first."""
    rows = lists.newest(
        session,
        Decision,
        after=page.after,
        limit=page.limit,
        person_id=person_id,
        lead_id=lead_id,
        campaign_id=campaign_id,
        ruling=ruling,
        moment=moment,
    )
    return page.shape(rows, lambda row: decision_out(row, lang))


@router.get("/{decision_id}", responses=problems(NotFound))
def get_decision(
    decision_id: Id, session: Transaction, _: Reader, lang: TheLanguage
) -> DecisionOut:
    """Give one decision with every reason as a sentence."""
    decision = session.get(Decision, decision_id)
    if decision is None:
        raise NotFound("decision", decision_id)
    return decision_out(decision, lang)


@router.get("/{decision_id}/replay", responses=problems(NotFound))
def replay_decision(decision_id: Id, session: Transaction, _: Reader) -> ReplayOut:
    """Decide again from the stored inputs under the policy of that time, and compare."""
    answer = decisions.replay(session, decision_id)
    return ReplayOut(
        decision_id=answer.decision_id,
        outcome=answer.outcome,
        was=list(answer.was),
        now_is=None if answer.now_is is None else list(answer.now_is),
    )


def decision_out(decision: Decision, lang: Language) -> DecisionOut:
    """Shape one decision."""
    return DecisionOut.model_validate(
        {
            "id": decision.id,
            "at": decision.at,
            "moment": decision.moment,
            "campaign_id": decision.campaign_id,
            "lead_id": decision.lead_id,
            "person_id": decision.person_id,
            "number_id": decision.number_id,
            "attempt_id": decision.attempt_id,
            "verdict": verdict_of_decision(decision, lang),
            "input_digest": decision.input_digest.hex(),
            "requested_by": decision.requested_by,
        }
    )
