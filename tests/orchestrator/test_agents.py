"""An agent asks, reads, and presses dial or does not."""

import dataclasses
from datetime import timedelta

import pytest

from orchestrator import admission, agents, outcomes
from orchestrator.services import Actor
from tests import make
from tests.orchestrator.dialling import at_once, decisions, progress_of, rings, run

ANNA, BORIS = Actor("anna", "agent"), Actor("boris", "agent")


@pytest.fixture
def campaign_id(services):
    with services.transaction() as session:
        campaign = make.a_campaign(session)
        for _ in range(2):
            make.a_due_lead(session, campaign)
        made = campaign.id
    run(services, "UPDATE campaign SET mode = 'preview'")
    return made


def test_an_agent_who_asks_twice_is_given_the_same_person(services, campaign_id):
    first = agents.next_call(services, campaign_id, by=ANNA)
    assert agents.next_call(services, campaign_id, by=ANNA) == first
    assert rings(services) == []


def test_two_agents_are_given_different_people(services, campaign_id):
    first = agents.next_call(services, campaign_id, by=ANNA)
    assert agents.next_call(services, campaign_id, by=BORIS).person_id != first.person_id


def test_pressing_dial_rings_the_person_who_was_shown(services, campaign_id):
    shown = agents.next_call(services, campaign_id, by=ANNA)
    assert agents.dial(services, shown.attempt_id, by=ANNA).is_dialled
    assert rings(services) == [shown.e164]
    assert [str(d.ruling) for d in decisions(services, "last_look")] == ["clear"]


def test_pressing_dial_eight_times_at_once_rings_once(services, campaign_id):
    shown = agents.next_call(services, campaign_id, by=ANNA)

    def press():
        try:
            return agents.dial(services, shown.attempt_id, by=ANNA).is_dialled
        except agents.NotYours:
            return False

    assert sum(at_once(press, times=8)) == 1
    assert len(rings(services)) == 1


def test_nobody_dials_what_another_agent_was_shown(services, campaign_id):
    shown = agents.next_call(services, campaign_id, by=ANNA)
    with pytest.raises(agents.NotYours):
        agents.dial(services, shown.attempt_id, by=BORIS)
    assert rings(services) == []


def test_no_beat_and_no_sweep_dials_for_an_agent(services, campaign_id):
    assert admission.admit(services, on_reserved=lambda _: None) == 0
    agents.next_call(services, campaign_id, by=ANNA)
    services.clock.advance(timedelta(seconds=60))
    with services.transaction() as session:
        assert outcomes.to_resend(session, services.clock.now()) == []


def test_a_person_not_pressed_on_in_time_is_let_go(services, campaign_id):
    shown = agents.next_call(services, campaign_id, by=ANNA)
    services.clock.advance(timedelta(seconds=121))
    with pytest.raises(agents.NotYours):
        agents.dial(services, shown.attempt_id, by=ANNA)
    assert rings(services) == []


def test_a_stop_between_showing_and_pressing_keeps_the_telephone_silent(services, campaign_id):
    shown = agents.next_call(services, campaign_id, by=ANNA)
    run(services, "UPDATE campaign SET state = 'paused'")
    pressed = agents.dial(services, shown.attempt_id, by=ANNA)
    assert dataclasses.astuple(pressed) == (False, "campaign.not_running")
    assert rings(services) == []


def test_a_skipped_person_waits_for_a_colleague(services, campaign_id):
    shown = agents.next_call(services, campaign_id, by=ANNA)
    with services.transaction() as session:
        agents.skip(session, shown.attempt_id, why="moved", by=ANNA, now=services.clock.now())
    assert progress_of(services, shown.lead_id).state == "agent"
    assert agents.next_call(services, campaign_id, by=ANNA).lead_id != shown.lead_id


def test_a_campaign_that_dials_by_itself_gives_agents_no_next_call(services, campaign_id):
    run(services, "UPDATE campaign SET mode = 'progressive'")
    with pytest.raises(agents.NotPreview):
        agents.next_call(services, campaign_id, by=ANNA)


def test_a_campaign_with_nobody_due_says_so(services, campaign_id):
    run(services, "UPDATE lead_progress SET due_at = NULL")
    with pytest.raises(agents.NothingToDial):
        agents.next_call(services, campaign_id, by=ANNA)
