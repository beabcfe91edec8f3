"""The ledger keeps every contact once, and the state of a person follows it at once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from orchestrator import ledger
from orchestrator.history import read_touches
from orchestrator.store import history
from orchestrator.tables import LeadProgress, PersonState, Touch
from tests import make


@pytest.fixture
def session(services):
    with services.transaction() as session:
        yield session


def a_touch(person_id: int, external_id: str = "1", **facts: Any) -> ledger.NewTouch:
    facts = {
        "number_id": None, "at": make.NOON, "source": "crm", "disposition": "no_answer",
        "reach": "rang", **facts,
    }  # fmt: skip
    return ledger.NewTouch(person_id=person_id, external_id=external_id, **facts)


def append(session, *touches: ledger.NewTouch) -> list[int]:
    return ledger.append(session, touches, by=make.MANAGER, now=make.NOON)


def test_a_touch_is_in_the_state_row_at_once(session):
    person = make.a_person(session)
    append(session, a_touch(person.id, reach="conversation", talk_seconds=31))
    state = session.get_one(PersonState, person.id, populate_existing=True)
    (touch,) = read_touches(state.touches)
    assert (touch.at, touch.reach, touch.talk_seconds) == (make.NOON, "conversation", 31)


def test_the_same_touch_is_kept_once(session):
    person = make.a_person(session)
    assert len(append(session, a_touch(person.id))) == 1
    assert append(session, a_touch(person.id)) == []
    assert session.scalar(select(func.count()).select_from(Touch)) == 1


def test_the_same_id_of_two_sources_is_two_touches(session):
    person = make.a_person(session)
    append(session, a_touch(person.id), a_touch(person.id, source="dialer"))
    assert session.scalar(select(func.count()).select_from(Touch)) == 2


def test_touches_of_many_people_are_kept_in_one_go(session):
    people = [make.a_person(session).id for _ in range(50)]
    assert len(append(session, *(a_touch(one, str(one)) for one in people))) == 50
    assert history.differences(session) == []


def test_a_new_touch_has_the_open_leads_of_the_person_screened_again(session):
    person = make.a_person(session)
    make.a_lead(session, make.a_campaign(session), person=person)
    append(session, a_touch(person.id))
    assert session.scalars(select(LeadProgress.due_at)).one() == make.NOON


def test_a_correction_that_reaches_further_counts_and_one_that_does_not_does_not(session):
    person = make.a_person(session)
    (first,) = append(session, a_touch(person.id, reach="answered"))
    append(session, a_touch(person.id, "2", reach="conversation", corrects_id=first))
    append(session, a_touch(person.id, "3", reach="rang", corrects_id=first))
    state = session.get_one(PersonState, person.id, populate_existing=True)
    assert [touch.reach for touch in read_touches(state.touches)] == ["conversation"]


def test_touches_lie_oldest_first_whatever_the_order_they_came_in(session):
    person = make.a_person(session)
    ats = [make.NOON - timedelta(days=days) for days in (1, 9, 4)]
    append(session, *(a_touch(person.id, str(at), at=at) for at in ats))
    state = session.get_one(PersonState, person.id, populate_existing=True)
    assert [touch.at for touch in read_touches(state.touches)] == sorted(ats)


def test_the_ledger_is_never_changed(services):
    with services.transaction() as session:
        append(session, a_touch(make.a_person(session).id))
    with pytest.raises(DBAPIError), services.transaction() as session:
        session.execute(text("UPDATE touch SET reach = 'rang'"))
