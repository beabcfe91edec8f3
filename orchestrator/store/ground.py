"""What all cases of one campaign share, read once for any number of them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import cast

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from guardrails import facts
from guardrails.policy import Policy
from orchestrator.errors import NotFound
from orchestrator.tables import (
    Campaign,
    EmergencyStop,
    JurisdictionAcceptance,
    LeadSource,
    Offer,
    RegistryExtract,
    ScriptVersion,
)

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
    found = session.execute(
        select(Campaign, Offer, ScriptVersion)
        .join(Offer, Offer.id == Campaign.offer_id)
        .join(ScriptVersion, ScriptVersion.id == Campaign.script_version_id)
        .where(Campaign.id == campaign_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("campaign", campaign_id)
    campaign, offer, script = found
    extracts = _newest_extracts(session)
    registries = tuple(
        facts.Registry(extract.register, extract.extracted_at) for extract in extracts
    )
    accepted = session.scalars(
        select(JurisdictionAcceptance.region).where(JurisdictionAcceptance.withdrawn_at.is_(None))
    )
    sources = session.scalars(select(LeadSource).execution_options(populate_existing=True))
    shared = _campaign(campaign, offer, script, as_if_running=as_if_running)
    is_stopped = session.scalar(select(EmergencyStop.id).where(EmergencyStop.lifted_at.is_(None)))
    return Ground(
        campaign=replace(
            shared,
            state=STOPPED if is_stopped else shared.state,
            ring_seconds_max=policy.ring_seconds_max,
            company=company,
            registries=registries,
        ),
        policy=policy,
        accepted=frozenset(accepted),
        sources={
            source.name: facts.Source(source.name, source.conversations, source.acceptances)
            for source in sources
        },
        extracts=tuple(extract.id for extract in extracts),
        calendar_of=calendar_of,
        caller_id=campaign.caller_id,
        offer_code=offer.code,
        language=script.language,
    )


def _newest_extracts(session: Session) -> list[RegistryExtract]:
    """Give the newest whole extract of each register."""
    statement = (
        select(RegistryExtract)
        .where(RegistryExtract.is_complete)
        .ext(distinct_on(RegistryExtract.register))
        .order_by(RegistryExtract.register, RegistryExtract.extracted_at.desc())
    )
    return list(session.scalars(statement))


def _campaign(
    campaign: Campaign, offer: Offer, script: ScriptVersion, *, as_if_running: bool
) -> facts.Campaign:
    return facts.Campaign(
        id=campaign.id,
        state="running" if as_if_running else campaign.state,
        purpose=cast("facts.Purpose", offer.purpose),
        offer=offer.id,
        topic=offer.topic_id,
        mode=cast("facts.Mode", campaign.mode),
        product=offer.product,
        category=offer.category,
        starts_at=campaign.starts_at,
        ends_at=campaign.ends_at,
        robot=campaign.robot,
        robot_disclosed=campaign.robot_disclosed,
        script_accepted=campaign.script_accepted_by is not None or as_if_running,
        script_variables=tuple(script.required),
        leads=campaign.leads,
    )
