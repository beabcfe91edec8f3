"""The facts of cases, gathered for many leads at once in a fixed number of queries.

Deciding reads the state rows, never the ledger, so its cost does not grow with history.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy.orm import Session

from guardrails import facts
from orchestrator.store import history
from orchestrator.store.candidates import Candidate, Row, Sharer, candidate_of
from orchestrator.store.copying import raw_connection
from orchestrator.store.ground import Ground
from orchestrator.tables import LIVE

_FACTS = """
    SELECT l.id, l.person_id, n.id, n.e164, p.language,
        coalesce(g.attempts, 0), g.not_before, g.verdict_key, g.decision_id, g.callback_at,
        l.reason, l.reason_facts, coalesce(cr.leads, 1), l.variables::text, l.score, l.level,
        l.signal_at, l.source, p.name, p.protected, p.region, p.declared_zone, p.address_zone,
        p.owned, p.open_case, s.touches, s.refusals, s.consents, s.suppressed,
        n.kind, n.region, array_to_string(n.prefix_zones, ' '), n.registry_zone, n.suppressed,
        n.holders, {listed}
    FROM unnest(%(leads)s::bigint[]) WITH ORDINALITY AS wanted (id, place)
    JOIN lead l ON l.id = wanted.id
    JOIN person p ON p.id = l.person_id
    LEFT JOIN person_state s ON s.person_id = l.person_id
    LEFT JOIN person_number pn ON pn.person_id = l.person_id
    LEFT JOIN number n ON n.id = pn.number_id
    LEFT JOIN lead_progress g ON g.lead_id = l.id
    LEFT JOIN campaign_reason cr
        ON cr.campaign_id = l.campaign_id AND cr.reason_hash = l.reason_hash
    ORDER BY wanted.place, pn.rank, n.id
"""
_LISTED = """(SELECT string_agg(e.register, ' ' ORDER BY e.register) FROM registry_listing x
    JOIN registry_extract e ON e.id = x.extract_id
    WHERE x.e164 = n.e164 AND x.extract_id = ANY(%(extracts)s::bigint[]))"""

_SHARERS = """
    SELECT pn.number_id, pn.person_id, s.touches, s.refusals, s.suppressed
    FROM person_number pn JOIN person_state s ON s.person_id = pn.person_id
    WHERE pn.number_id = ANY(%(numbers)s::bigint[]) ORDER BY pn.number_id, pn.person_id
"""
_LIVE = f"""
    SELECT a.person_id, coalesce(a.claimed_at, a.reserved_at), a.number_id, c.offer_id,
        o.topic_id, a.campaign_id, o.purpose
    FROM attempt a JOIN campaign c ON c.id = a.campaign_id JOIN offer o ON o.id = c.offer_id
    WHERE a.state IN {LIVE} AND a.person_id = ANY(%(people)s::bigint[])
        AND a.id <> ALL(%(leaving_out)s::uuid[])
"""  # noqa: S608 - made of constants


def gather(
    session: Session,
    ground: Ground,
    lead_ids: Sequence[int],
    *,
    now: datetime,
    leaving_out: Iterable[UUID] = (),
) -> list[list[Candidate]]:
    """Give, for each lead in the order asked, its possible cases: one a number, by rank.

    Four queries whatever the number of leads. The attempts in `leaving_out` are the ones being
    judged and do not count as history.
    """
    rows = _fetch(session, ground, lead_ids)
    without_state = {row.person_id for row in rows if row.touches is None}
    if without_state:
        history.refresh(session, without_state)
        rows = _fetch(session, ground, lead_ids)
    sharers = _sharers(session, [row.number_id for row in rows if (row.holders or 0) > 1])
    people = {row.person_id for row in rows}
    people.update(sharer.person_id for group in sharers.values() for sharer in group)
    live = _live(session, people, leaving_out=leaving_out)
    by_lead: dict[int, list[Candidate]] = {lead_id: [] for lead_id in lead_ids}
    for row in rows:
        others = [
            sharer for sharer in sharers.get(row.number_id, ()) if sharer.person_id != row.person_id
        ]
        by_lead[row.lead_id].append(candidate_of(ground, row, others, live, now=now))
    return list(by_lead.values())


def _fetch(session: Session, ground: Ground, lead_ids: Sequence[int]) -> list[Row]:
    statement = _FACTS.format(listed=_LISTED if ground.extracts else "NULL")
    values: dict[str, Any] = {"leads": list(lead_ids)}
    if ground.extracts:
        values["extracts"] = list(ground.extracts)
    with raw_connection(session).cursor(binary=True) as cursor:
        cursor.execute(statement.encode(), values)
        return [Row._make(row) for row in cursor.fetchall()]


def _sharers(session: Session, number_ids: Sequence[int | None]) -> dict[int | None, list[Sharer]]:
    """Read everybody who holds one of these numbers."""
    held: dict[int | None, list[Sharer]] = defaultdict(list)
    if number_ids:
        with raw_connection(session).cursor(binary=True) as cursor:
            for number_id, *sharer in cursor.execute(_SHARERS.encode(), {"numbers": number_ids}):
                held[cast("int", number_id)].append(Sharer._make(sharer))
    return held


def _live(
    session: Session, people: Iterable[int], *, leaving_out: Iterable[UUID]
) -> dict[int, facts.Touch]:
    """Read the calls in progress of these people; there is one a person at most."""
    values = {"people": list(people), "leaving_out": list(leaving_out)}
    with raw_connection(session).cursor(binary=True) as cursor:
        rows: Iterable[tuple[Any, ...]] = cursor.execute(_LIVE.encode(), values)
        return {
            person_id: facts.Touch(
                at,
                number=number,
                offer=offer,
                topic=topic,
                campaign=campaign,
                purpose=purpose,
            )
            for person_id, at, number, offer, topic, campaign, purpose in rows
        }
