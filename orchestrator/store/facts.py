"""The facts of cases, gathered for many leads at once in a fixed number of queries.

Deciding reads the state rows, never the ledger, so its cost does not grow with history.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, cast
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from guardrails import facts
from orchestrator.history import read_consents, read_refusals, read_touches
from orchestrator.store import history
from orchestrator.store.copying import raw_connection
from orchestrator.store.ground import Ground
from orchestrator.tables import LIVE


@dataclass(slots=True)
class Candidate:
    """One number a lead could be called on, as a case, and where the lead stands."""

    lead_id: int
    person_id: int
    number_id: int
    e164: str
    language: str | None
    attempts: int
    not_before: datetime | None
    verdict_key: bytes | None
    decision_id: int | None
    sharers: tuple[int, ...]
    case: facts.Case


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
_STATE_PLACE = 25
_NUMBER_PLACE, _HOLDERS_PLACE = 2, 34

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
    without_state = {row[1] for row in rows if row[_STATE_PLACE] is None}
    if without_state:
        history.refresh(session, without_state)
        rows = _fetch(session, ground, lead_ids)
    connection = raw_connection(session)
    shared = [row[_NUMBER_PLACE] for row in rows if (row[_HOLDERS_PLACE] or 0) > 1]
    sharers: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    with connection.cursor(binary=True) as cursor:
        if shared:
            for sharer in cursor.execute(_SHARERS.encode(), {"numbers": shared}):
                sharers[cast("int", sharer[0])].append(sharer[1:])
        people = {row[1] for row in rows} | {s[0] for group in sharers.values() for s in group}
        live: dict[int, facts.Touch] = {}
        for person_id, at, number, offer, topic, campaign, purpose in cursor.execute(
            _LIVE.encode(), {"people": list(people), "leaving_out": list(leaving_out)}
        ):
            live[cast("int", person_id)] = facts.Touch(
                cast("datetime", at),
                number=cast("int", number),
                offer=cast("int", offer),
                topic=cast("int", topic),
                campaign=cast("int", campaign),
                purpose=cast("facts.Purpose", purpose),
            )
    by_lead: dict[int, list[Candidate]] = {lead_id: [] for lead_id in lead_ids}
    for row in rows:
        others = [sharer for sharer in sharers.get(row[_NUMBER_PLACE], ()) if sharer[0] != row[1]]
        by_lead[row[0]].append(_candidate(ground, row, others, live, now))
    return list(by_lead.values())


def _fetch(session: Session, ground: Ground, lead_ids: Sequence[int]) -> list[tuple[Any, ...]]:
    statement = _FACTS.format(listed=_LISTED if ground.extracts else "NULL")
    values: dict[str, Any] = {"leads": list(lead_ids)}
    if ground.extracts:
        values["extracts"] = list(ground.extracts)
    with raw_connection(session).cursor(binary=True) as cursor:
        return cursor.execute(statement.encode(), values).fetchall()


def _candidate(
    ground: Ground,
    row: tuple[Any, ...],
    others: list[tuple[Any, ...]],
    live: dict[int, facts.Touch],
    now: datetime,
) -> Candidate:
    """Put one row of `_FACTS` and the sharers of its number together as a case."""
    (
        lead_id,
        person_id,
        number_id,
        e164,
        language,
        attempts,
        not_before,
        verdict_key,
        decision_id,
        callback_at,
        reason,
        reason_facts,
        reason_shared_by,
        variables,
        score,
        level,
        signal_at,
        source,
        name,
        protected,
        address_region,
        declared_zone,
        address_zone,
        owned,
        open_case,
        touches,
        refusals,
        consents,
        suppressed,
        kind,
        number_region,
        prefix_zones,
        registry_zone,
        number_suppressed,
        _holders,
        listed,
    ) = row
    known_touches = read_touches(touches) if touches else ()
    known_refusals = read_refusals(refusals) if refusals else ()
    sharer_suppressed = None
    in_progress = [live[person_id]] if person_id in live else []
    if others:
        known_touches, known_refusals, sharer_suppressed = _joined(
            known_touches, known_refusals, others
        )
        in_progress += [live[sharer[0]] for sharer in others if sharer[0] in live]
    if in_progress:
        known_touches = tuple(sorted((*known_touches, *in_progress), key=lambda touch: touch.at))
    regions = _regions(number_region, address_region)
    case = facts.Case(
        now,
        ground.campaign,
        facts.Lead(
            lead_id,
            score,
            level,
            signal_at,
            None if source is None else ground.sources.get(source) or facts.Source(source),
            reason,
            reason_facts,
            reason_shared_by,
            _filled(ground.campaign.script_variables, variables, name),
            callback_at,
        ),
        facts.Person(
            person_id,
            name,
            protected,
            address_region,
            _zones(declared_zone, address_zone, registry_zone, prefix_zones),
            read_consents(consents) if consents else (),
            tuple(owned),
            open_case,
            suppressed,
        ),
        facts.Number(
            number_id or 0,
            number_id is not None,
            kind or "unknown",
            number_region,
            tuple(listed.split(" ")) if listed else (),
            number_suppressed,
            sharer_suppressed,
        ),
        known_touches,
        known_refusals,
        tuple(_jurisdiction(region, ground.accepted) for region in regions),
        tuple(ground.calendar(region) for region in regions),
    )
    return Candidate(
        lead_id,
        person_id,
        number_id or 0,
        e164 or "",
        language,
        attempts,
        not_before,
        verdict_key,
        decision_id,
        tuple(sharer[0] for sharer in others),
        case,
    )


def _joined(
    touches: tuple[facts.Touch, ...],
    refusals: tuple[facts.Refusal, ...],
    others: list[tuple[Any, ...]],
) -> tuple[tuple[facts.Touch, ...], tuple[facts.Refusal, ...], str | None]:
    """Add the history and refusals of everybody who shares the number."""
    all_touches, all_refusals = list(touches), list(refusals)
    cause = None
    for _, other_touches, other_refusals, suppressed in others:
        all_touches += read_touches(other_touches)
        all_refusals += read_refusals(other_refusals)
        cause = cause or suppressed
    all_touches.sort(key=lambda touch: touch.at)
    all_refusals.sort(key=lambda refusal: refusal.at)
    return tuple(all_touches), tuple(all_refusals), cause


def _filled(needed: tuple[str, ...], variables: str, name: str | None) -> tuple[str, ...]:
    """Name the script's variables that have a value; a person's name is one of them."""
    if not needed:
        return ()
    values = msgspec.json.decode(variables)
    if name:
        values["name"] = values["first_name"] = name
    return tuple(variable for variable in needed if values.get(variable) not in (None, ""))


@lru_cache(maxsize=65_536)
def _zones(
    declared: str | None, address: str | None, registry: str | None, prefix: str | None
) -> tuple[facts.ZoneEvidence, ...]:
    """Give the evidence of where the person may be, strongest source first."""
    sources: tuple[tuple[Literal["declared", "address", "registry", "prefix"], str | None], ...]
    sources = (
        ("declared", declared),
        ("address", address),
        ("registry", registry),
        ("prefix", prefix),
    )
    return tuple(
        facts.ZoneEvidence(source, tuple(zones.split(" "))) for source, zones in sources if zones
    )


@lru_cache(maxsize=65_536)
def _regions(number: str | None, address: str | None) -> tuple[str, ...]:
    """Give every place whose law may apply; `ZZ` where neither number nor address says."""
    return tuple(dict.fromkeys(region for region in (number, address) if region)) or ("ZZ",)


@lru_cache(maxsize=4096)
def _jurisdiction(region: str, accepted: frozenset[str]) -> facts.Jurisdiction:
    country = region.partition("-")[0]
    covered = region in accepted or country in accepted
    return facts.Jurisdiction(region, "officer" if covered else None)
