"""A no is heard at once, everywhere, and for as long as the person does not say otherwise."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from orchestrator import consents, refusals
from orchestrator.refusals.hearing import NoSubject, UnreadableNumber
from orchestrator.refusals.lifting import (
    AlreadyLifted,
    ConsentNotEnough,
    OfficerNeeded,
    SharedNumber,
)
from orchestrator.services import Actor
from orchestrator.store import history
from orchestrator.tables import (
    AuditEvent,
    Consent,
    LeadProgress,
    Number,
    PersonState,
    Quote,
    Refusal,
    Suppression,
)
from tests import make

DAY = timedelta(days=1)
LATER = make.NOON + 30 * DAY


@pytest.fixture
def session(services):
    """One transaction a test, with a person in it."""
    with services.transaction() as session:
        yield session


@pytest.fixture
def anna(session):
    return make.a_person(session)


def say(session, person, kind: str = "do_not_call", **facts: Any) -> Refusal:
    """Let a person say no, on the telephone, at noon."""
    facts = {
        "at": make.NOON, "taken_by": "Agata", "source": "crm",
        "external_id": f"{person.id}:{kind}", "by": make.AGENT, "now": make.NOON, **facts,
    }  # fmt: skip
    return refusals.record(session, person_id=person.id, kind=kind, **facts)


def state_of(session, person) -> PersonState:
    return session.get_one(PersonState, person.id, populate_existing=True)


def consent_of(session, person, *, by: Actor = make.OFFICER, **facts: Any) -> Consent:
    """Let an officer record a consent with all its evidence, given the day before LATER."""
    said = {
        "given": True, "given_at": LATER - DAY, "how": "signed form",
        "wording": "Согласен на звонки", "evidence": "scan 17", **facts,
    }  # fmt: skip
    return consents.record(session, person.id, consents.Statement(**said), by=by, now=LATER)


def lift(session, refusal: Refusal, consent: Consent, *, by: Actor = make.OFFICER) -> Refusal:
    return refusals.lift(
        session, refusal.id, consent_id=consent.id, why="asked to be called", by=by, now=LATER
    )


# ------------------------------------------------------------------------------ hearing


@pytest.mark.parametrize("kind", ["do_not_call", "list_removal", "operator", "complaint"])
def test_a_final_no_suppresses_the_person(session, anna, kind):
    say(session, anna, kind)
    assert state_of(session, anna).suppressed == kind


@pytest.mark.parametrize("kind", ["soft", "explicit", "decline"])
def test_a_no_that_is_not_final_suppresses_nobody(session, anna, kind):
    say(session, anna, kind)
    assert state_of(session, anna).suppressed is None


def test_a_no_is_in_the_state_row_at_once(session, anna):
    say(session, anna, "soft")
    assert len(state_of(session, anna).refusals) > 0
    assert history.differences(session) == []


def test_the_same_no_told_twice_is_kept_once(session, anna):
    first = say(session, anna, words="Не звоните")
    assert say(session, anna, words="Не звоните").id == first.id
    assert session.scalar(select(func.count()).select_from(Refusal)) == 1


def test_a_no_under_the_id_of_another_persons_no_is_heard_all_the_same(session, anna):
    boris = make.a_person(session)
    say(session, anna, external_id="17")
    say(session, boris, external_id="17")
    assert state_of(session, boris).suppressed == "do_not_call"


def test_a_no_that_grew_stronger_under_the_same_id_is_heard_once_more_and_kept_once(session, anna):
    say(session, anna, "soft", external_id="17")
    told = [say(session, anna, "do_not_call", external_id="17").id for _ in range(2)]
    assert state_of(session, anna).suppressed == "do_not_call"
    assert told[0] == told[1]


def test_the_words_are_kept_apart_from_the_refusal(session, anna):
    refusal = say(session, anna, words="Вычеркните меня отовсюду")
    assert session.get_one(Quote, refusal.id).words == "Вычеркните меня отовсюду"


def test_the_record_says_who_heard_a_no_but_not_the_words(session, anna):
    say(session, anna, words="Вычеркните меня отовсюду")
    deed = session.scalars(select(AuditEvent).filter_by(action="refusal.recorded")).one()
    assert deed.by == "Agata"
    assert "Вычеркните" not in str(deed.details)


def test_a_no_withdraws_the_reservation_of_another_campaign(session, anna):
    lead = make.a_lead(session, make.a_campaign(session), person=anna)
    attempt = make.an_attempt(session, lead, state="reserved")
    say(session, anna, "soft")
    session.refresh(attempt)
    assert (attempt.state, attempt.outcome) == ("withdrawn", "refusal")


def test_a_no_leaves_the_reservations_of_strangers_alone(session, anna):
    stranger = make.a_lead(session, make.a_campaign(session))
    attempt = make.an_attempt(session, stranger, state="reserved")
    say(session, anna)
    session.refresh(attempt)
    assert attempt.state == "reserved"


def test_a_no_withdraws_what_a_sharer_has_reserved_on_that_number_only(session, anna):
    number = make.a_number(session, anna, rank=1)
    boris = make.a_person(session, e164=number.e164)
    vera = make.a_person(session, e164=number.e164)
    own = make.a_number(session, vera, rank=1)
    campaign = make.a_campaign(session)
    shared = make.an_attempt(
        session, make.a_lead(session, campaign, person=boris), state="reserved"
    )
    elsewhere = make.an_attempt(
        session, make.a_lead(session, campaign, person=vera), state="reserved", number_id=own.id
    )
    say(session, anna)
    session.refresh(shared)
    session.refresh(elsewhere)
    assert (shared.state, elsewhere.state) == ("withdrawn", "reserved")


def test_a_sharer_is_not_suppressed_themselves(session, anna):
    boris = make.a_person(session, e164=make.a_number(session, anna, rank=1).e164)
    say(session, anna)
    history.refresh(session, [boris.id])
    assert state_of(session, boris).suppressed is None


def test_a_final_no_closes_every_lead_of_the_person(session, anna):
    for _ in range(2):
        make.a_lead(session, make.a_campaign(session), person=anna)
    say(session, anna)
    rows = session.execute(select(LeadProgress.state, LeadProgress.closed_because)).all()
    assert [tuple(row) for row in rows] == [("closed", "suppressed")] * 2


def test_a_soft_no_has_the_other_leads_screened_again(session, anna):
    make.a_lead(session, make.a_campaign(session), person=anna)
    say(session, anna, "soft")
    progress = session.scalars(select(LeadProgress)).one()
    assert (progress.state, progress.due_at) == ("open", make.NOON)


def test_a_call_that_rings_already_is_named_so_that_it_can_be_cancelled(session, anna):
    lead = make.a_lead(session, make.a_campaign(session), person=anna)
    attempt = make.an_attempt(session, lead, state="ringing")
    say(session, anna)
    assert refusals.still_ringing(session, person_ids=[anna.id]) == [attempt.id]


def test_a_list_of_noes_is_kept_in_one_go(session):
    people = [make.a_person(session) for _ in range(5)]
    noes = [
        refusals.NewRefusal(
            person_id=person.id, kind="list_removal", at=make.NOON, source="list",
            external_id=str(person.id), taken_by="list", words="из списка",
        )
        for person in people
    ]  # fmt: skip
    kept = refusals.record_many(session, noes, by=make.OFFICER, now=make.NOON)
    again = refusals.record_many(session, noes, by=make.OFFICER, now=make.NOON)
    assert (len(kept), len(again)) == (5, 0)
    assert all(state_of(session, person).suppressed == "list_removal" for person in people)


# ------------------------------------------------------------------------------ suppressing


def test_a_suppressed_number_need_not_belong_to_anybody(session):
    refusals.suppress(
        session, e164="+79120009876", cause="list", source="list", by=make.OFFICER, now=make.NOON
    )
    number = session.scalars(select(Number).filter_by(e164="+79120009876")).one()
    assert number.suppressed == "list"


def test_suppressing_a_number_withdraws_what_is_reserved_on_it(session, anna):
    lead = make.a_lead(session, make.a_campaign(session), person=anna)
    attempt = make.an_attempt(session, lead, state="reserved")
    e164 = session.get_one(Number, attempt.number_id).e164
    refusals.suppress(
        session, e164=e164, cause="list", source="list", by=make.OFFICER, now=make.NOON
    )
    session.refresh(attempt)
    assert attempt.state == "withdrawn"


def test_suppressing_a_person_twice_for_one_cause_is_one_suppression(session, anna):
    for _ in range(2):
        refusals.suppress(
            session, person_id=anna.id, cause="minor", source="crm", by=make.OFFICER, now=make.NOON
        )
    assert session.scalar(select(func.count()).select_from(Suppression)) == 1


def test_a_text_that_is_no_number_cannot_be_suppressed(session):
    with pytest.raises(UnreadableNumber):
        refusals.suppress(
            session, e164="twelve", cause="list", source="list", by=make.OFFICER, now=make.NOON
        )


def test_a_suppression_is_of_a_person_or_of_a_number(session):
    with pytest.raises(NoSubject):
        refusals.suppress(session, cause="list", source="list", by=make.OFFICER, now=make.NOON)


# ------------------------------------------------------------------------------ lifting


def test_a_later_consent_with_evidence_lifts_a_do_not_call(session, anna):
    make.a_lead(session, make.a_campaign(session), person=anna)
    lift(session, say(session, anna), consent_of(session, anna))
    assert state_of(session, anna).suppressed is None
    assert state_of(session, anna).refusals == b""
    progress = session.scalars(select(LeadProgress).execution_options(populate_existing=True)).one()
    assert (progress.state, progress.due_at) == ("open", LATER)


def test_only_an_officer_lifts_a_no(session, anna):
    refusal, consent = say(session, anna), consent_of(session, anna)
    with pytest.raises(OfficerNeeded):
        lift(session, refusal, consent, by=make.MANAGER)


def test_a_no_is_lifted_once(session, anna):
    refusal, consent = say(session, anna), consent_of(session, anna)
    lift(session, refusal, consent)
    with pytest.raises(AlreadyLifted):
        lift(session, refusal, consent)


def test_a_consent_given_before_the_no_lifts_nothing(session, anna):
    refusal = say(session, anna)
    consent = consent_of(session, anna, given_at=refusal.at)
    with pytest.raises(ConsentNotEnough) as error:
        lift(session, refusal, consent)
    assert error.value.fields["missing"] == ["not_later"]


def test_the_consent_of_another_person_lifts_nothing(session, anna):
    consent = consent_of(session, make.a_person(session))
    with pytest.raises(ConsentNotEnough) as error:
        lift(session, say(session, anna), consent)
    assert error.value.fields["missing"] == ["other_person"]


def test_a_consent_that_was_taken_back_lifts_nothing(session, anna):
    consent = consent_of(session, anna)
    consent_of(session, anna, given=False, given_at=LATER, by=make.AGENT)
    with pytest.raises(ConsentNotEnough) as error:
        lift(session, say(session, anna), consent)
    assert error.value.fields["missing"] == ["taken_back"]


def test_an_imported_consent_lifts_nothing_however_complete(session, anna):
    imported = Consent(
        person_id=anna.id, given=True, given_at=LATER - DAY, how="web form",
        wording="Согласен на звонки", evidence="row 5", source="officer", fingerprint="f",
        recorded_by="Olga", recorded_at=LATER,
    )  # fmt: skip
    session.add(imported)
    session.flush()
    with pytest.raises(ConsentNotEnough) as error:
        lift(session, say(session, anna), imported)
    assert error.value.fields["missing"] == ["not_recorded_by_officer"]


@pytest.mark.parametrize(
    "empty, missing",
    [("how", "no_way_of_giving"), ("wording", "no_wording"), ("evidence", "no_evidence")],
)
def test_a_consent_without_a_piece_of_evidence_says_which(session, anna, empty, missing):
    whole = {"how": "form", "wording": "Согласен", "evidence": "scan"}
    bare = Consent(
        person_id=anna.id, given=True, given_at=LATER - DAY, source="crm", fingerprint="f",
        recorded_by="crm", recorded_at=LATER, **(whole | {empty: None}),
    )  # fmt: skip
    session.add(bare)
    session.flush()
    with pytest.raises(ConsentNotEnough) as error:
        lift(session, say(session, anna), bare)
    assert error.value.fields["missing"] == [missing, "not_recorded_by_officer"]


def test_lifting_one_no_leaves_the_others_standing(session, anna):
    first = say(session, anna)
    say(session, anna, external_id="again")
    lift(session, first, consent_of(session, anna))
    assert state_of(session, anna).suppressed == "do_not_call"
    standing = session.scalars(
        select(Suppression).filter_by(person_id=anna.id, lifted_at=None)
    ).one()
    assert standing.refusal_id != first.id


def test_a_suppression_of_a_shared_number_is_not_lifted_by_one_of_its_holders(session, anna):
    number = make.a_number(session, anna, rank=1)
    make.a_person(session, e164=number.e164)
    listed = refusals.suppress(
        session, e164=number.e164, cause="list", source="list", by=make.OFFICER, now=make.NOON
    )
    with pytest.raises(SharedNumber):
        refusals.lift_suppression(
            session, listed.id, consent_id=consent_of(session, anna).id, why="w", by=make.OFFICER,
            now=LATER,
        )  # fmt: skip


def test_a_suppression_of_a_number_falls_with_its_only_holders_consent(session, anna):
    number = make.a_number(session, anna, rank=1)
    listed = refusals.suppress(
        session, e164=number.e164, cause="list", source="list", by=make.OFFICER, now=make.NOON
    )
    refusals.lift_suppression(
        session, listed.id, consent_id=consent_of(session, anna).id, why="w", by=make.OFFICER,
        now=LATER,
    )  # fmt: skip
    session.refresh(number)
    assert number.suppressed is None


@pytest.mark.parametrize("who_came_first", ["officer", "person"])
def test_lifting_a_no_leaves_a_suppression_that_somebody_ordered_beside_it(
    session, anna, who_came_first
):
    order = {"person_id": anna.id, "cause": "do_not_call", "source": "mail", "by": make.OFFICER}
    if who_came_first == "officer":
        refusals.suppress(session, **order, now=make.NOON)
    no = say(session, anna)
    if who_came_first == "person":
        refusals.suppress(session, **order, now=make.NOON)
    consent = {"consent_id": consent_of(session, anna).id, "why": "w"}
    refusals.lift(session, no.id, **consent, by=make.OFFICER, now=LATER)
    assert state_of(session, anna).suppressed == "do_not_call"
