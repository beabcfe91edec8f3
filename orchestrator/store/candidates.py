"""One row of facts as a case: what the database said, in the words guardrails understand."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec

from guardrails import facts
from orchestrator.history import read_consents, read_refusals, read_touches
from orchestrator.store.ground import Ground


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


class Row(NamedTuple):
    """What is read about one lead and one number; the order is that of the query."""

    lead_id: int
    person_id: int
    number_id: int | None
    e164: str | None
    language: str | None
    attempts: int
    not_before: datetime | None
    verdict_key: bytes | None
    decision_id: int | None
    callback_at: datetime | None
    reason: str | None
    reason_facts: int
    reason_shared_by: int
    variables: str
    score: float | None
    level: int | None
    signal_at: datetime | None
    source: str | None
    name: str | None
    protected: str | None
    address_region: str | None
    declared_zone: str | None
    address_zone: str | None
    owned: list[str]
    open_case: str | None
    touches: bytes | None
    refusals: bytes | None
    consents: bytes | None
    suppressed: str | None
    kind: str | None
    number_region: str | None
    prefix_zones: str | None
    registry_zone: str | None
    number_suppressed: str | None
    holders: int | None
    listed: str | None


class Sharer(NamedTuple):
    """Somebody else who holds the number."""

    person_id: int
    touches: bytes
    refusals: bytes
    suppressed: str | None


def candidate_of(
    ground: Ground,
    row: Row,
    others: list[Sharer],
    live: dict[int, facts.Touch],
    *,
    now: datetime,
) -> Candidate:
    """Put one row and the sharers of its number together as a case."""
    regions = _regions(row.number_region, row.address_region)
    case = facts.Case(
        now,
        ground.campaign,
        _lead(ground, row),
        _person(row),
        _number(row, others),
        _touches(row, others, live),
        _refusals(row, others),
        tuple(_jurisdiction(region, ground.accepted) for region in regions),
        tuple(ground.calendar(region) for region in regions),
    )
    return Candidate(
        row.lead_id,
        row.person_id,
        row.number_id or 0,
        row.e164 or "",
        row.language,
        row.attempts,
        row.not_before,
        row.verdict_key,
        row.decision_id,
        tuple(sharer.person_id for sharer in others),
        case,
    )


def _lead(ground: Ground, row: Row) -> facts.Lead:
    source = row.source
    return facts.Lead(
        row.lead_id,
        row.score,
        row.level,
        row.signal_at,
        None if source is None else ground.sources.get(source) or facts.Source(source),
        row.reason,
        row.reason_facts,
        row.reason_shared_by,
        _filled(ground.campaign.script_variables, row.variables, row.name),
        row.callback_at,
    )


def _person(row: Row) -> facts.Person:
    return facts.Person(
        row.person_id,
        row.name,
        row.protected,
        row.address_region,
        _zones(row.declared_zone, row.address_zone, row.registry_zone, row.prefix_zones),
        read_consents(row.consents) if row.consents else (),
        tuple(row.owned),
        row.open_case,
        row.suppressed,
    )


def _number(row: Row, others: list[Sharer]) -> facts.Number:
    return facts.Number(
        row.number_id or 0,
        row.number_id is not None,
        row.kind or "unknown",
        row.number_region,
        tuple(row.listed.split(" ")) if row.listed else (),
        row.number_suppressed,
        next((sharer.suppressed for sharer in others if sharer.suppressed), None),
    )


def _touches(
    row: Row, others: list[Sharer], live: dict[int, facts.Touch]
) -> tuple[facts.Touch, ...]:
    """Give the touches of everybody who holds the number and their calls in progress."""
    known = read_touches(row.touches) if row.touches else ()
    more = [live[row.person_id]] if row.person_id in live else []
    for sharer in others:
        more += read_touches(sharer.touches)
        if sharer.person_id in live:
            more.append(live[sharer.person_id])
    return tuple(sorted((*known, *more), key=lambda touch: touch.at)) if more else known


def _refusals(row: Row, others: list[Sharer]) -> tuple[facts.Refusal, ...]:
    """Give the refusals of everybody who holds the number."""
    known = read_refusals(row.refusals) if row.refusals else ()
    more = [refusal for sharer in others for refusal in read_refusals(sharer.refusals)]
    return tuple(sorted((*known, *more), key=lambda refusal: refusal.at)) if more else known


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
