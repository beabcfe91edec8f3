"""Screening: decide every lead of a campaign and write when it is next due.

Done for a preview, at launch, and after facts or the policy changed. It reserves nothing:
admission and the last look ask again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from guardrails import Policy
from orchestrator import ground
from orchestrator.config import Settings
from orchestrator.decisions import Judged, judge, record
from orchestrator.services import SYSTEM, Services
from orchestrator.store import facts, leads
from orchestrator.store.ground import Ground

BATCH = 5_000


@dataclass(slots=True)
class Screened:
    """How far a screening got and what it found."""

    leads: int = 0
    decisions: int = 0
    clear: int = 0
    last_lead_id: int = 0


def screen(
    services: Services,
    campaign_id: int,
    *,
    batch: int = BATCH,
    on_batch: Callable[[Screened], None] = lambda _: None,
) -> Screened:
    """Decide every open lead of a campaign, a batch a transaction; may be repeated at will."""
    done = Screened()
    while True:
        with services.transaction() as session:
            count = screen_batch(session, services, campaign_id, done, batch=batch)
        if not count:
            return done
        on_batch(done)


def screen_batch(
    session: Session, services: Services, campaign_id: int, done: Screened, *, batch: int
) -> int:
    """Decide the next batch of leads after `done.last_lead_id`; gives how many there were."""
    now = services.clock.now()
    shared = ground.survey(session, campaign_id, settings=services.settings, now=now)
    lead_ids = leads.lock_open(session, campaign_id, after_id=done.last_lead_id, limit=batch)
    if not lead_ids:
        return 0
    answers = decide_leads(session, shared, lead_ids, now=now)
    changed = [answer for answer in answers if answer.key != answer.candidate.verdict_key]
    decision_ids = record(session, shared, changed, moment="screening", by=SYSTEM.name)
    leads.write_due(
        session,
        [
            leads.Due(answer.candidate.lead_id, answer.due_at, answer.key, decision_id)
            for answer, decision_id in zip(changed, decision_ids, strict=True)
        ],
        now=now,
    )
    leads.write_due_again(
        session,
        [
            (answer.candidate.lead_id, answer.due_at)
            for answer in answers
            if answer.key == answer.candidate.verdict_key
        ],
    )
    done.leads += len(lead_ids)
    done.decisions += len(changed)
    done.clear += sum(not answer.verdict.reasons for answer in answers)
    done.last_lead_id = lead_ids[-1]
    return len(lead_ids)


def decide_leads(
    session: Session, shared: Ground, lead_ids: list[int], *, now: datetime
) -> list[Judged]:
    """Decide these leads, each on its best number, in the order given."""
    gathered = facts.gather(session, shared, lead_ids, now=now)
    return [judge(candidates, shared.policy) for candidates in gathered if candidates]


def judged(
    session: Session,
    campaign_id: int,
    *,
    settings: Settings,
    now: datetime,
    as_if_running: bool = True,
    policy: Policy | None = None,
    batch: int = BATCH,
) -> Iterator[Judged]:
    """Answer for every lead of a campaign at one instant, in lead order, writing nothing."""
    shared = ground.survey(
        session,
        campaign_id,
        settings=settings,
        now=now,
        as_if_running=as_if_running,
        policy=policy,
    )
    after_id = 0
    while lead_ids := leads.ids_after(session, campaign_id, after_id=after_id, limit=batch):
        yield from decide_leads(session, shared, lead_ids, now=now)
        after_id = lead_ids[-1]
