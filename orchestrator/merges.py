"""Settle whether two records are one person.

Two records that are one person are not melted together: the ledger is never rewritten. Each gets
the other's numbers, also those found later, and whoever shares a number is bound by the other's
caps, refusals and suppressions.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from orchestrator import audit
from orchestrator.errors import Conflict, NotFound
from orchestrator.roles import demand
from orchestrator.services import Actor
from orchestrator.store import history, imports
from orchestrator.store import merges as store
from orchestrator.tables import MergeProposal


class AlreadySettled(Conflict):
    """Somebody has settled this proposal before."""

    code = "merge.already_settled"


def settle(
    session: Session, proposal_id: int, *, same_person: bool, why: str, by: Actor, now: datetime
) -> MergeProposal:
    """Say whether two records are one person; if so, each is bound by the history of the other."""
    demand(by, "officer", "manager", to="settle a merge proposal")
    proposal = store.locked(session, proposal_id)
    if proposal is None:
        raise NotFound("merge proposal", proposal_id)
    if proposal.state != "open":
        message = f"merge proposal {proposal_id} was {proposal.state} by `{proposal.settled_by}`"
        raise AlreadySettled(message, state=proposal.state)
    pair = [proposal.person_id, proposal.other_id]
    proposal.state = "merged" if same_person else "refused"
    proposal.settled_by, proposal.settled_at = by.name, now
    session.flush()
    if same_person:
        # An import that is linking a number right now would not see that they are one.
        imports.lock_identities(session)
        history.lock(session, history.company_of(session, pair))
        linked = store.share_numbers(session, pair, now=now)
        history.refresh_numbers(session, linked)
        store.share_protection(session, proposal, by=by.name, now=now)
        history.refresh(session, pair)
        history.touch_leads(session, history.company_of(session, pair), now)
    audit.note(
        session, "merge.settled", f"merge:{proposal_id}", by=by, now=now,
        state=proposal.state, people=pair, why=why,
    )  # fmt: skip
    return proposal
