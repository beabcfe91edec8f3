"""What all cases of one campaign share, read once for any number of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from guardrails import facts
from guardrails.policy import Policy
from orchestrator.errors import NotFound
from orchestrator.store.copying import raw_connection

STOPPED = "stopped for everything"
CalendarOf = Callable[[str], facts.Calendar]


@dataclass(frozen=True, slots=True)
class Ground:
    """What all cases of one campaign share."""

    campaign: facts.Campaign
    policy: Policy
    accepted: frozenset[str]  # Regions an officer answers for.
    sources: dict[str, facts.Source]
    extracts: tuple[int, ...]
    calendar_of: CalendarOf
    caller_id: str | None
    offer_code: str
    language: str
    calendars: dict[str, facts.Calendar] = field(default_factory=dict)

    def calendar(self, region: str) -> facts.Calendar:
        """Give a region's calendar, looked up once."""
        known = self.calendars.get(region)
        if known is None:
            known = self.calendars[region] = self.calendar_of(region)
        return known


class Shared(NamedTuple):
    """What is read about a campaign and around it; the order is that of the query."""

    id: int
    state: str
    purpose: facts.Purpose
    offer: int
    topic: int
    mode: facts.Mode
    product: str | None
    category: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    robot: bool
    robot_disclosed: bool
    script_accepted: bool
    script_variables: list[str]
    leads: int
    caller_id: str | None
    offer_code: str
    language: str
    is_stopped: bool
    accepted: list[str]
    sources: list[tuple[str, int, int]]
    extracts: list[int]
    registers: list[str]
    extracted_at: list[datetime]


# One statement, because every single claim asks it, in the transaction that claims.
_SHARED = b"""
    WITH newest AS (
        SELECT DISTINCT ON (register) id, register, extracted_at FROM registry_extract
        WHERE is_complete ORDER BY register, extracted_at DESC
    )
    SELECT c.id, c.state, o.purpose, o.id, o.topic_id, c.mode, o.product, o.category,
        c.starts_at, c.ends_at, c.robot, c.robot_disclosed, c.script_accepted_by IS NOT NULL,
        s.required, c.leads, c.caller_id, o.code, s.language,
        EXISTS (SELECT FROM emergency_stop WHERE lifted_at IS NULL),
        ARRAY(SELECT region FROM jurisdiction_acceptance WHERE withdrawn_at IS NULL),
        (SELECT coalesce(json_agg(json_build_array(name, conversations, acceptances)), '[]')
         FROM lead_source),
        ARRAY(SELECT id FROM newest ORDER BY register),
        ARRAY(SELECT register FROM newest ORDER BY register),
        ARRAY(SELECT extracted_at FROM newest ORDER BY register)
    FROM campaign c
    JOIN offer o ON o.id = c.offer_id
    JOIN script_version s ON s.id = c.script_version_id
    WHERE c.id = %s
"""


def read_ground(
    session: Session,
    campaign_id: int,
    *,
    policy: Policy,
    calendar_of: CalendarOf,
    company: str,
    as_if_running: bool = False,
) -> Ground:
    """Read what all cases of a campaign share; `as_if_running` is for a preview."""
    with raw_connection(session).cursor(binary=True) as cursor:
        found = cursor.execute(_SHARED, (campaign_id,)).fetchone()
    if found is None:
        raise NotFound("campaign", campaign_id)
    shared = Shared._make(found)
    return Ground(
        campaign=_campaign(shared, policy, company=company, as_if_running=as_if_running),
        policy=policy,
        accepted=frozenset(shared.accepted),
        sources={source[0]: facts.Source(*source) for source in shared.sources},
        extracts=tuple(shared.extracts),
        calendar_of=calendar_of,
        caller_id=shared.caller_id,
        offer_code=shared.offer_code,
        language=shared.language,
    )


def _campaign(
    shared: Shared, policy: Policy, *, company: str, as_if_running: bool
) -> facts.Campaign:
    state = "running" if as_if_running else shared.state
    return facts.Campaign(
        id=shared.id,
        state=STOPPED if shared.is_stopped else state,
        purpose=shared.purpose,
        offer=shared.offer,
        topic=shared.topic,
        mode=shared.mode,
        product=shared.product,
        category=shared.category,
        starts_at=shared.starts_at,
        ends_at=shared.ends_at,
        ring_seconds_max=policy.ring_seconds_max,
        robot=shared.robot,
        robot_disclosed=shared.robot_disclosed,
        script_accepted=shared.script_accepted or as_if_running,
        script_variables=tuple(shared.script_variables),
        company=company,
        leads=shared.leads,
        registries=tuple(map(facts.Registry, shared.registers, shared.extracted_at)),
    )
