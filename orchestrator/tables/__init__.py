"""The schema; names, constraints, indexes, no behaviour.

`people` who may be called, `campaigns` and their leads, `calls` and the ledger, and the
`record` of what was decided and done.
"""

from orchestrator.tables import append_only, counting  # noqa: F401 - put triggers beside tables
from orchestrator.tables.base import Base
from orchestrator.tables.calls import (
    LIVE,
    Attempt,
    CarrierEvent,
    Correction,
    Quote,
    Refusal,
    Touch,
)
from orchestrator.tables.campaigns import (
    CAMPAIGN_STATES,
    Campaign,
    CampaignEvent,
    CampaignReason,
    ImportFinding,
    ImportJob,
    Lead,
    LeadProgress,
    LeadSource,
    Offer,
    ScriptVersion,
    Topic,
)
from orchestrator.tables.people import (
    Consent,
    MergeProposal,
    Number,
    Person,
    PersonKey,
    PersonNumber,
    PersonState,
    RegistryExtract,
    RegistryListing,
    Suppression,
)
from orchestrator.tables.record import (
    ApiKey,
    AuditEvent,
    ClockRow,
    Decision,
    DecisionContext,
    DecisionInput,
    EmergencyStop,
    Heartbeat,
    HolidayOverride,
    IdempotencyKey,
    JurisdictionAcceptance,
    PolicyVersion,
    Seal,
    SimulatedCall,
    SimulatedEvent,
)

__all__ = [
    "CAMPAIGN_STATES", "LIVE",
    "ApiKey", "Attempt", "AuditEvent", "Base", "Campaign", "CampaignEvent", "CampaignReason",
    "CarrierEvent", "ClockRow", "Consent", "Correction", "Decision", "DecisionContext",
    "DecisionInput", "EmergencyStop", "Heartbeat", "HolidayOverride", "IdempotencyKey", "ImportFinding",
    "ImportJob", "JurisdictionAcceptance", "Lead", "LeadProgress", "LeadSource",
    "MergeProposal", "Number", "Offer", "Person", "PersonKey", "PersonNumber", "PersonState",
    "PolicyVersion", "Quote", "Refusal", "RegistryExtract", "RegistryListing", "ScriptVersion",
    "Seal", "SimulatedCall", "SimulatedEvent", "Suppression", "Topic", "Touch",
]
