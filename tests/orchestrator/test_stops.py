"""One person stops everything at once; only an officer with a reason lets it go on."""

import pytest

from orchestrator import stops
from orchestrator.policies import ReasonMissing
from orchestrator.roles import RoleForbidden
from orchestrator.stops import NothingStopped
from orchestrator.tables import Attempt, EmergencyStop, LeadProgress
from tests import make
from tests.orchestrator.dialling import admit, place, reserve, rings


def stop(services, by=make.MANAGER, why="they call children"):
    with services.transaction() as session:
        return stops.stop_everything(session, why=why, by=by, now=services.clock.now())


def lift(services, by=make.OFFICER, why="the list was removed"):
    with services.transaction() as session:
        return stops.lift(session, why=why, by=by, now=services.clock.now())


def an_attempt(session, campaign, **facts):
    """Make an attempt at a new lead of the campaign."""
    return make.an_attempt(session, make.a_lead(session, campaign), **facts)


def a_due_lead(session):
    make.a_due_lead(session, make.a_campaign(session))


def is_stopped(services):
    with services.transaction() as session:
        return stops.is_stopped(session)


@pytest.mark.parametrize("by", [make.MANAGER, make.OFFICER, make.ADMIN])
def test_one_person_alone_stops_everything(services, by):
    stop(services, by=by)
    assert is_stopped(services)


def test_an_agent_stops_nothing(services):
    with pytest.raises(RoleForbidden):
        stop(services, by=make.AGENT)
    assert not is_stopped(services)


def test_a_stop_takes_back_every_reservation_and_leaves_calls_in_progress(services):
    with services.transaction() as session:
        ids = [an_attempt(session, make.a_campaign(session), state="reserved").id for _ in range(3)]
        ringing = an_attempt(session, make.a_campaign(session), state="ringing").id
    assert stop(services).withdrawn == 3
    with services.transaction() as session:
        assert {session.get(Attempt, attempt).state for attempt in ids} == {"withdrawn"}
        assert session.get(Attempt, ringing).state == "ringing"


def test_nothing_is_reserved_while_the_stop_stands(services):
    stop(services)
    assert reserve(services, a_due_lead) == []


def test_what_was_reserved_behind_the_stop_is_not_dialled(services):
    ids = reserve(services, a_due_lead)
    with services.transaction() as session:
        # As if admission had reserved at the very moment the stop was committed.
        session.add(EmergencyStop(at=make.NOON, by="Mira", why="now"))
    place(services, ids)
    assert rings(services) == []


def test_calls_go_on_after_an_officer_lifted_the_stop(services):
    stop(services)
    assert reserve(services, a_due_lead) == []
    lift(services)
    assert len(admit(services)) == 1


def test_lifting_wakes_the_leads_that_waited(services):
    with services.transaction() as session:
        lead = make.a_lead(session, make.a_campaign(session))
        session.add(
            LeadProgress(lead_id=lead.id, campaign_id=lead.campaign_id, person_id=lead.person_id)
        )
    stop(services)
    lift(services)
    with services.transaction() as session:
        assert session.get(LeadProgress, lead.id).due_at == make.NOON


@pytest.mark.parametrize("by", [make.MANAGER, make.ADMIN])
def test_only_an_officer_lifts_a_stop(services, by):
    stop(services)
    with pytest.raises(RoleForbidden):
        lift(services, by=by)
    assert is_stopped(services)


def test_stopping_and_lifting_need_a_reason(services):
    with pytest.raises(ReasonMissing):
        stop(services, why="")
    stop(services)
    with pytest.raises(ReasonMissing):
        lift(services, why=" ")


def test_a_second_stop_is_the_same_stop(services):
    assert stop(services).stop_id == stop(services, by=make.OFFICER).stop_id


def test_without_a_stop_there_is_nothing_to_lift(services):
    with pytest.raises(NothingStopped):
        lift(services)
