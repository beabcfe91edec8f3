"""Screening: decide every lead of a campaign and write when it is next due.

Done for a preview, at launch, and after facts or the policy changed. It reserves nothing:
admission and the last look ask again.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy.orm import Session

from guardrails import Policy
from orchestrator import collector, ground
from orchestrator.config import Settings
from orchestrator.decisions import Judged, judge, record
from orchestrator.services import SYSTEM, Services
from orchestrator.store import facts, leads
from orchestrator.store.ground import Ground

BATCH = 5_000
# While one lane waits for the database the other decides.
LANES = 2


@dataclass(slots=True)
class Screened:
    """How far a screening got and what it found."""

    leads: int = 0
    decisions: int = 0
    clear: int = 0
    last_lead_id: int = 0

    def add(self, other: "Screened") -> None:
        """Take in what a later batch found."""
        self.leads += other.leads
        self.decisions += other.decisions
        self.clear += other.clear
        self.last_lead_id = other.last_lead_id


def screen(
    services: Services,
    campaign_id: int,
    *,
    after_lead_id: int = 0,
    batch: int = BATCH,
    batches_max: int | None = None,
    on_batch: Callable[[Screened], None] = lambda _: None,
) -> Screened:
    """Decide every open lead of a campaign, a batch a transaction; may be repeated at will.

    With `batches_max` it stops early, and goes on from `last_lead_id` when asked again.
    """
    done = Screened(last_lead_id=after_lead_id)
    ranges = islice(_ranges(services, campaign_id, after_lead_id, batch), batches_max)
    under_way: deque[Future[Screened]] = deque()
    with ThreadPoolExecutor(LANES, "screening") as lanes:
        for first_last in ranges:
            under_way.append(lanes.submit(screen_batch, services, campaign_id, first_last))
            if len(under_way) == LANES:
                done.add(under_way.popleft().result())
                on_batch(done)
        while under_way:
            done.add(under_way.popleft().result())
            on_batch(done)
    return done


def _ranges(
    services: Services, campaign_id: int, after_lead_id: int, batch: int
) -> Iterator[tuple[int, int]]:
    """Cut a campaign's leads into ranges of ids."""
    # Small batches are cut from a longer list, so that each costs one transaction, not two.
    at_once = max(batch, BATCH // batch * batch)
    while True:
        with services.transaction() as session:
            lead_ids = leads.ids_after(session, campaign_id, after_id=after_lead_id, limit=at_once)
        if not lead_ids:
            return
        for first in range(0, len(lead_ids), batch):
            part = lead_ids[first : first + batch]
            yield part[0], part[-1]
        after_lead_id = lead_ids[-1]


def screen_batch(services: Services, campaign_id: int, first_last: tuple[int, int]) -> Screened:
    """Decide the open leads of one range of ids, in one transaction."""
    with services.transaction() as session, collector.resting():
        now = services.clock.now()
        shared = ground.survey(session, campaign_id, settings=services.settings, now=now)
        lead_ids = leads.lock_open(session, campaign_id, first_last)
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
        clear = sum(not answer.verdict.reasons for answer in answers)
        return Screened(len(lead_ids), len(changed), clear, first_last[1])


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
        with collector.resting():
            answers = decide_leads(session, shared, lead_ids, now=now)
        yield from answers
        after_id = lead_ids[-1]
