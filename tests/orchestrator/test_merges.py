"""Two records of one person: what either of them said or is protected by binds both."""

import pytest
from sqlalchemy import select

from orchestrator import merges, refusals
from orchestrator.history import read_consents
from orchestrator.store import history
from orchestrator.tables import Person, PersonState
from tests import make
from tests.make import NOON
from tests.orchestrator.dialling import admit, place, rings


def merge(session, one, other):
    history.refresh(session, [one, other])
    proposal = make.a_merge_proposal(session, one, other)
    merges.settle(
        session, proposal, same_person=True, why="same passport", by=make.OFFICER, now=NOON
    )


@pytest.fixture
def session(services):
    with services.transaction() as session:
        yield session


def test_a_consent_taken_back_by_one_record_is_taken_back_for_both(session):
    one, other = make.a_person(session), make.a_person(session)
    make.a_consent(session, one)
    make.a_consent(session, other, given=False)
    merge(session, one.id, other.id)
    state = session.get_one(PersonState, one.id, populate_existing=True)
    assert [consent.given for consent in read_consents(state.consents)].count(False) == 1
    assert history.differences(session) == []


def test_what_protects_one_record_protects_both(session):
    one = make.a_person(session, owned=["tv"])
    other = make.a_person(session, protected="minor", open_case="claim", owned=["sim"])
    merge(session, one.id, other.id)
    facts = select(Person.protected, Person.open_case, Person.owned).order_by(Person.id)
    assert [tuple(row) for row in session.execute(facts)] == [("minor", "claim", ["tv", "sim"])] * 2


def test_a_merge_reaches_what_is_reserved(services):
    with services.transaction() as session:
        lead = make.a_due_lead(session, make.a_campaign(session))
        called = lead.person_id
        silent = make.a_person(session).id
        refusals.record(
            session, person_id=silent, kind="do_not_call", at=NOON, taken_by="Agata", source="crm",
            external_id="1", by=make.AGENT, now=NOON,
        )  # fmt: skip
    ids = admit(services)
    assert len(ids) == 1
    with services.transaction() as session:
        merge(session, called, silent)
    place(services, ids)
    assert rings(services) == []
