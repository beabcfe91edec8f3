"""What a guardrail may look at: one call we would like to place, with all its facts.

Instants are timezone-aware datetimes in UTC. Ids are numbers of the installation and mean
nothing here but equality. The mutable classes are not frozen because a million of them are built
in a bulk screening and freezing triples the price; nothing writes to one after it was built.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

Purpose: TypeAlias = Literal["marketing", "service", "collection", "survey", "fundraising"]
Mode: TypeAlias = Literal["preview", "progressive", "predictive", "agentless"]
Channel: TypeAlias = Literal["call", "sms", "email", "push", "messenger", "visit"]
Unit: TypeAlias = Literal["attempt", "answered", "conversation", "message"]
# How far a touch got. `live` is a call still in progress or of unknown outcome.
Reach: TypeAlias = Literal["rang", "message", "answered", "conversation", "live"]
RefusalKind: TypeAlias = Literal[
    "soft", "explicit", "decline", "do_not_call", "list_removal", "operator", "complaint"
]
ZoneSource: TypeAlias = Literal["declared", "address", "registry", "prefix"]

# The same words, for limits that name a set of them; Mode stands in order, gentlest first.
PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)
MODES: Final[tuple[Mode, ...]] = get_args(Mode)
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
UNITS: Final[tuple[Unit, ...]] = get_args(Unit)
REACHES: Final[tuple[Reach, ...]] = get_args(Reach)

# Refusals that end everything: the person, every number, every campaign, for good.
FINAL_REFUSALS: frozenset[RefusalKind] = frozenset(
    ("do_not_call", "list_removal", "operator", "complaint")
)

# What a call that got this far counts as. A doubt counts as everything.
UNITS_OF_CALL: dict[Reach, frozenset[Unit]] = {
    "rang": frozenset(("attempt",)),
    "message": frozenset(("attempt", "answered", "message")),
    "answered": frozenset(("attempt", "answered")),
    "conversation": frozenset(("attempt", "answered", "conversation")),
    "live": frozenset(("attempt", "answered", "conversation", "message")),
}
# How long after the promised time a call is still the one the person asked for.
CALLBACK_GRACE = timedelta(minutes=15)
UNITS_OF_WRITING: frozenset[Unit] = frozenset(("message",))
UNITS_OF_VISIT: frozenset[Unit] = frozenset(("conversation",))


class Touch(NamedTuple):
    """One contact of any channel, as the history keeps it."""

    at: datetime
    channel: Channel = "call"
    outbound: bool = True
    reach: Reach = "live"
    number: int | None = None
    offer: int | None = None
    topic: int | None = None
    campaign: int | None = None
    purpose: Purpose | None = None
    talk_seconds: int = 0

    @property
    def units(self) -> frozenset[Unit]:
        """Say in which units this touch counts against a cap."""
        if self.channel == "call":
            return UNITS_OF_CALL[self.reach]
        return UNITS_OF_VISIT if self.channel == "visit" else UNITS_OF_WRITING


class Refusal(NamedTuple):
    """A no that was heard and not lifted."""

    at: datetime
    kind: RefusalKind
    offer: int | None = None
    topic: int | None = None


class Consent(NamedTuple):
    """What the person said about being called, and whether it can be shown."""

    given: bool  # False is a withdrawal or a recorded no.
    at: datetime | None
    purpose: Purpose | None = None  # None covers every purpose.
    evidence: bool = False
    expires_at: datetime | None = None


class ZoneEvidence(NamedTuple):
    """Where the person may be, according to one source; an unreadable zone stays as written."""

    source: ZoneSource
    zones: tuple[str, ...]


class Jurisdiction(NamedTuple):
    """A place whose law may apply, and what covers it: a pack, an officer, or nothing."""

    region: str  # ISO 3166 code, `US-FL` for a state, `ZZ` when unknown.
    covered_by: str | None


class Calendar(NamedTuple):
    """The non-working days of one region, known up to a horizon."""

    region: str
    holidays: frozenset[date]
    horizon: date


class Registry(NamedTuple):
    """The newest extract of an official do-not-call register that we hold."""

    name: str
    extracted_at: datetime


class Source(NamedTuple):
    """Where leads came from, and how their conversations went."""

    name: str
    conversations: int = 0
    acceptances: int = 0


@dataclass(slots=True)
class Campaign:
    """What is being sold, how, and whether it may be dialled at all."""

    id: int
    state: str
    purpose: Purpose
    offer: int
    topic: int
    mode: Mode = "progressive"
    product: str | None = None
    category: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    ring_seconds_max: int = 25
    robot: bool = False
    robot_disclosed: bool = False
    script_accepted: bool = False
    script_variables: tuple[str, ...] = ()  # Those without a declared fallback.
    company: str = ""
    leads: int = 0
    registries: tuple[Registry, ...] = ()


@dataclass(slots=True)
class Lead:
    """A person in a campaign: why they, why now, and how good the lead is."""

    id: int = 0
    score: float | None = None  # Calibrated probability of acceptance, 0..1.
    level: int | None = None  # 1 bought list .. 5 the person's own request.
    signal_at: datetime | None = None
    source: Source | None = None
    reason: str | None = None  # As rendered for this person.
    reason_facts: int = 0  # Dated facts and variables of this lead it was rendered from.
    reason_shared_by: int = 1  # Leads of the campaign with the same rendered reason.
    variables: tuple[str, ...] = ()  # Names of the script variables that have a value.
    callback_at: datetime | None = None  # A time the person asked for.


@dataclass(slots=True)
class Person:
    """The person to be called."""

    id: int = 0
    name: str | None = None
    protected: str | None = None  # Why nobody may call: minor, bankrupt, in hospital …
    region: str | None = None
    zones: tuple[ZoneEvidence, ...] = ()  # Including what the number suggests.
    consents: tuple[Consent, ...] = ()
    owned: tuple[str, ...] = ()
    open_case: str | None = None
    suppressed: str | None = None  # The cause of a suppression of the person.


@dataclass(slots=True)
class Number:
    """The number to be dialled."""

    id: int = 0
    valid: bool = True
    kind: str = "mobile"
    region: str | None = None
    listed_in: tuple[str, ...] = ()  # Registers whose newest extract lists it.
    suppressed: str | None = None  # The cause of a suppression of this number itself …
    sharer_suppressed: str | None = None  # … or of another person who holds it.


@dataclass(slots=True)
class Case:
    """One call we would like to place, with all facts.

    History and refusals are those of the person and of everybody who shares the number: one
    telephone cannot know who will pick it up. The attempt being judged is left out.
    """

    now: datetime
    campaign: Campaign
    lead: Lead
    person: Person
    number: Number
    touches: tuple[Touch, ...] = ()  # Oldest first.
    refusals: tuple[Refusal, ...] = ()  # Oldest first.
    jurisdictions: tuple[Jurisdiction, ...] = ()
    calendars: tuple[Calendar, ...] = ()

    def at(self, now: datetime) -> "Case":
        """Give the same facts at another instant."""
        return replace(self, now=now)

    @property
    def is_requested(self) -> bool:
        """Say whether this is the moment the person asked to be called at."""
        asked = self.lead.callback_at
        return asked is not None and asked <= self.now < asked + CALLBACK_GRACE
