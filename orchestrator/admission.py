"""Admission: the only door to the queue.

A beat tick looks at what is due in running campaigns, only as many leads as the lines can start,
decides each, and in the same transaction records the decision and reserves the attempt. What is
reserved counts as a call from that moment.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from orchestrator import ground, pacing
from orchestrator.decisions import Judged, is_clear, judge, record
from orchestrator.services import RESERVATION_LIFE, SYSTEM, Services
from orchestrator.store import facts, history, leads, reservations, running
from orchestrator.store.ground import Ground

BATCH = 100
# Due leads may turn out not to be clear; so many batches are looked at for one campaign a tick.
BATCHES_MAX = 20


def admit(services: Services, *, on_reserved: Callable[[list[UUID]], None]) -> int:
    """Reserve what may be dialled now; gives how many attempts.

    `on_reserved` is told the ids of each batch after it was committed: it sends the message. A
    message that is lost is sent again by the sweep.
    """
    # The seat is held until every batch is reserved, or a second process would count the lines
    # before this one has taken them. Its transaction writes nothing, so it keeps nobody waiting.
    with services.transaction() as seat:
        if not running.lock_admission(seat):
            return 0  # Another process is at it.
        with services.transaction() as session:
            now = services.clock.now()
            budget = divide(session, services, now=now)
            running.mark_ticked(session, list(budget), now=now)
        reserved = 0
        for campaign_id, limit in budget.items():
            reserved += admit_campaign(services, campaign_id, limit, on_reserved=on_reserved)
        return reserved


def divide(session: Session, services: Services, *, now: datetime) -> dict[int, int]:
    """Say how many calls each running campaign may begin now."""
    settings = services.settings
    campaigns = running.running(session, now=now, due_max=settings.carrier_lines_max)
    ticks = [campaign.ticked_at for campaign in campaigns if campaign.ticked_at is not None]
    since = max(ticks, default=None)
    rate = settings.carrier_calls_per_second_max
    if not pacing.allowance(calls_per_second_max=rate, since=since, now=now):
        return {}
    demands = [
        pacing.Demand(
            campaign.campaign_id,
            campaign.priority,
            campaign.share,
            min(
                campaign.due,
                pacing.wanted(
                    lines_max=campaign.lines_max,
                    live=campaign.live,
                    calls_per_second_max=campaign.calls_per_second_max,
                    since=campaign.ticked_at,
                    now=now,
                ),
            ),
        )
        for campaign in campaigns
        if pacing.allowance(
            calls_per_second_max=campaign.calls_per_second_max, since=campaign.ticked_at, now=now
        )
    ]
    capacity = pacing.wanted(
        lines_max=settings.carrier_lines_max,
        live=running.count_live(session),
        calls_per_second_max=rate,
        since=since,
        now=now,
    )
    return pacing.shares(demands, capacity)


def admit_campaign(
    services: Services, campaign_id: int, limit: int, *, on_reserved: Callable[[list[UUID]], None]
) -> int:
    """Reserve up to `limit` calls of one campaign, a batch a transaction."""
    reserved = 0
    for _ in range(BATCHES_MAX):
        if reserved >= limit:
            break
        with services.transaction() as session:
            looked_at, attempt_ids = admit_batch(
                session, services, campaign_id, limit=min(BATCH, limit - reserved)
            )
        if attempt_ids:
            on_reserved(attempt_ids)
            reserved += len(attempt_ids)
        if not looked_at:
            break
    return reserved


def admit_batch(
    session: Session,
    services: Services,
    campaign_id: int,
    *,
    limit: int,
    agent: str | None = None,
) -> tuple[int, list[UUID]]:
    """Decide the next due leads of a campaign and reserve the clear ones; one transaction.

    Locks the people concerned and everybody who shares a number with them, in ascending order,
    before it reads what it decides on: no refusal, call or reservation of theirs can come
    between the decision and the reservation.
    """
    now = services.clock.now()
    due = leads.due_now(session, campaign_id, now=now, limit=limit)
    if not due:
        return 0, []
    history.lock(session, history.company_of(session, leads.people_of(session, due)))
    due = leads.lock_due(session, due, now=now)
    shared = ground.survey(session, campaign_id, settings=services.settings, now=now)
    answers = [
        judge(candidates, shared.policy)
        for candidates in facts.gather(session, shared, due, now=now)
        if candidates
    ]
    chosen, waiting = first_of_each_company(answers)
    reserved = decide_and_reserve(session, services, shared, chosen, now=now, agent=agent)
    return len(due) - len(waiting), reserved


def decide_and_reserve(
    session: Session,
    services: Services,
    shared: Ground,
    answers: list[Judged],
    *,
    now: datetime,
    agent: str | None,
) -> list[UUID]:
    """Record these decisions, reserve an attempt for each clear one, and say what is due when."""
    attempt_ids = [uuid4() if is_clear(answer) else None for answer in answers]
    decision_ids = record(
        session, shared, answers, moment="admission", by=SYSTEM.name, attempt_ids=attempt_ids
    )
    decided = list(zip(attempt_ids, answers, decision_ids, strict=True))
    leads.write_due(
        session,
        [
            leads.Due(answer.candidate.lead_id, answer.due_at, answer.key, decision_id)
            for _, answer, decision_id in decided
        ],
        now=now,
    )
    return reservations.reserve(
        session,
        [
            reservations.Reservation(attempt_id, answer.candidate, decision_id)
            for attempt_id, answer, decision_id in decided
            if attempt_id is not None
        ],
        campaign_id=shared.campaign.id,
        carrier=services.carrier.name,
        ring_seconds_max=shared.campaign.ring_seconds_max,
        now=now,
        expires_at=now + RESERVATION_LIFE,
        agent=agent,
    )


def first_of_each_company(answers: list[Judged]) -> tuple[list[Judged], list[Judged]]:
    """Keep one clear lead of each group of people who share a number; the others wait a tick.

    Within one batch nobody's decision has seen the reservations of the others.
    """
    taken: set[int] = set()
    chosen, waiting = [], []
    for answer in answers:
        company = {answer.candidate.person_id, *answer.candidate.sharers}
        if is_clear(answer) and company & taken:
            waiting.append(answer)
            continue
        if is_clear(answer):
            taken |= company
        chosen.append(answer)
    return chosen, waiting
