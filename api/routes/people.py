"""People and numbers: what did we do to this person, may we call, and when again."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api import masking
from api.auth import Caller, Desk, TheCaller
from api.deps import Now, TheServices, Transaction
from api.errors import problems
from api.fields import At, Id
from api.reasons import Language, TheLanguage, VerdictOut, verdict_of
from api.route import ActingRoute
from api.routes.consents import ConsentOut
from api.routes.refusals import RefusalOut, refusal_out
from api.routes.suppressions import SuppressionOut
from orchestrator import people
from orchestrator.errors import NotFound
from orchestrator.people import Dossier, NumberUnreadable, Standing
from orchestrator.store import people as store
from orchestrator.tables import Number

router = APIRouter(prefix="/v1", tags=["people"], route_class=ActingRoute)


class NumberOut(BaseModel):
    """A number and what the numbering plan says of it."""

    e164: str
    kind: str
    region: str | None
    suppressed: str | None = Field(description="Cause, when nobody may call this number.")


class TouchOut(BaseModel):
    """One contact of any channel."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    channel: str
    outbound: bool
    reach: str
    disposition: str
    offer_id: int | None
    topic_id: int | None
    campaign_id: int | None
    talk_seconds: int
    attempt_id: UUID | None
    corrects_id: int | None
    source: str
    recorded_by: str


class KeyOfPerson(BaseModel):
    """What another system calls a person."""

    model_config = ConfigDict(from_attributes=True)

    source: str
    external_id: str


class StandingOut(BaseModel):
    """May this person be called for one campaign."""

    campaign_id: int
    campaign: str
    state: str
    lead_id: int | None
    as_if_running: bool
    verdict: VerdictOut


class PersonOut(BaseModel):
    """All that is on record about one person, and what follows from it now."""

    id: int
    name: str | None
    language: str | None
    region: str | None
    silenced: bool = Field(description="Nobody may call this person, for good.")
    numbers: list[NumberOut]
    external_ids: list[KeyOfPerson]
    shares_numbers_with: list[int]
    history: list[TouchOut]
    refusals: list[RefusalOut]
    consents: list[ConsentOut]
    suppressions: list[SuppressionOut]
    asked_at: datetime
    may_we_call: list[StandingOut]
    hypothetical: StandingOut | None = Field(
        description="As if they were a lead of the running campaign that was asked about."
    )


class NumberAnswer(BaseModel):
    """A number, who can be reached on it, and what was said about it."""

    number: NumberOut
    known: bool
    people: list[int]
    suppressions: list[SuppressionOut]


@router.get("/people/{person_id}", responses=problems(NotFound))
def get_person(
    person_id: Id,
    session: Transaction,
    services: TheServices,
    caller: TheCaller,
    _: Desk,
    lang: TheLanguage,
    now: Now,
    at: At = None,
    campaign_id: Annotated[
        int | None, Query(ge=1, le=2**63 - 1, description="And if they were a lead of it?")
    ] = None,
) -> PersonOut:
    """Say what we did to a person, whether we may call, for which campaign, and when again."""
    asked_at = at or now
    dossier = people.about(session, person_id)
    standings = people.standings(session, person_id, settings=services.settings, now=asked_at)
    hypothetical = None
    if campaign_id is not None:
        hypothetical = people.if_they_were_a_lead(
            session, person_id, campaign_id, settings=services.settings, now=asked_at
        )
    return PersonOut(
        **person_fields(dossier, caller),
        asked_at=asked_at,
        may_we_call=[standing_out(each, lang) for each in standings],
        hypothetical=None if hypothetical is None else standing_out(hypothetical, lang),
    )


@router.get("/numbers/{number}", responses=problems(NumberUnreadable))
def get_number(
    number: Annotated[str, Path(max_length=40, examples=["+79120001234"])],
    session: Transaction,
    services: TheServices,
    caller: TheCaller,
    _: Desk,
) -> NumberAnswer:
    """Say whom a number reaches and what forbids to call it; then ask about each person."""
    read = people.read_number(number, region=services.settings.default_region)
    known = store.number(session, read.e164)
    if known is None:
        plan = NumberOut(
            e164=masking.number(read.e164, full=caller.sees_people), kind=str(read.kind),
            region=read.region, suppressed=None,
        )  # fmt: skip
        return NumberAnswer(number=plan, known=False, people=[], suppressions=[])
    found = store.suppressions(session, number_ids=[known.id])
    return NumberAnswer(
        number=number_out(known, caller),
        known=True,
        people=[person.id for person in store.holders(session, known.id)],
        suppressions=[SuppressionOut.model_validate(each) for each in found],
    )


def person_fields(dossier: Dossier, caller: Caller) -> dict[str, object]:
    """Give all that is on record about a person, masked for roles that need no names."""
    person = dossier.person
    return {
        "id": person.id,
        "name": masking.name(person.name, full=caller.sees_people),
        "language": person.language,
        "region": person.region,
        "silenced": dossier.is_silenced,
        "numbers": [number_out(number, caller) for number in dossier.numbers],
        "external_ids": [KeyOfPerson.model_validate(key) for key in dossier.keys],
        "shares_numbers_with": dossier.shares_with,
        "history": [TouchOut.model_validate(touch) for touch in dossier.touches],
        "refusals": [refusal_out(no, words, caller) for no, words in dossier.refusals],
        "consents": [ConsentOut.model_validate(consent) for consent in dossier.consents],
        "suppressions": [SuppressionOut.model_validate(each) for each in dossier.suppressions],
    }


def number_out(number: Number, caller: Caller) -> NumberOut:
    """Shape a number."""
    return NumberOut(
        e164=masking.number(number.e164, full=caller.sees_people),
        kind=number.kind,
        region=number.region,
        suppressed=number.suppressed,
    )


def standing_out(standing: Standing, lang: Language) -> StandingOut:
    """Shape the answer for one campaign."""
    return StandingOut(
        campaign_id=standing.campaign.id,
        campaign=standing.campaign.name,
        state=standing.campaign.state,
        lead_id=standing.lead_id,
        as_if_running=standing.as_if_running,
        verdict=verdict_of(standing.answer, lang),
    )
