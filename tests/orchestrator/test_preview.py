"""A preview says how many may be called and why not the rest, and what it says comes true."""

from datetime import timedelta

import pytest

from guardrails import Reason
from orchestrator import campaigns, preview, screening
from orchestrator.errors import NotFound
from orchestrator.preview import first_binding
from orchestrator.tables import LeadProgress
from tests import make
from tests.orchestrator.dialling import decisions, run

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def campaign(services):
    """A draft with two leads that may be called and three that may not."""
    with services.transaction() as session:
        campaign = make.a_campaign(session, state="draft", script_accepted_by=None)
        for _ in range(2):
            make.a_due_lead(session, campaign)
        make.a_due_lead(session, campaign, score=0.01)
        make.a_due_lead(session, campaign, score=0.01, level=2)
        make.a_due_lead(session, campaign, person=make.a_person(session, name="Клиент"))
    return campaign


def look(services, campaign, **at):
    return preview.preview(services, campaign.id, **at)


def counts(reasons):
    return {count.code: count.leads for count in reasons}


def test_a_preview_counts_who_may_be_called_now_and_why_not_the_rest(services, campaign):
    seen = look(services, campaign)
    assert (seen.leads, seen.clear_now, seen.clear_later, seen.not_callable) == (5, 2, 0, 3)
    assert counts(seen.every) == {"quality.score": 2, "quality.level": 1, "personal.name": 1}
    assert sum(count.leads for count in seen.first_of_not) == 3


def test_at_night_those_who_may_be_called_wait_for_the_morning(services, campaign):
    seen = look(services, campaign, at=make.NOON.replace(hour=20))
    assert (seen.clear_now, seen.clear_later, seen.not_callable) == (0, 2, 3)
    assert seen.first_later_at == make.NOON.replace(day=4, hour=6)
    assert counts(seen.first_of_later) == {"hours.closed": 2}


def test_later_than_the_campaign_s_end_is_never(services, campaign):
    run(services, "UPDATE campaign SET ends_at = :at", at=make.NOON.replace(day=4, hour=6))
    seen = look(services, campaign, at=make.NOON.replace(hour=20))
    assert (seen.clear_later, seen.not_callable) == (0, 5)


def test_before_the_start_of_the_campaign_everybody_waits_for_it(services, campaign):
    run(services, "UPDATE campaign SET starts_at = :at", at=make.NOON + 7 * DAY)
    seen = look(services, campaign)
    assert (seen.clear_later, seen.first_later_at) == (2, make.NOON + 7 * DAY)


def test_a_preview_equals_the_decisions_made_at_that_instant(services, campaign):
    seen = look(services, campaign)
    run(services, "UPDATE campaign SET state = 'running', script_accepted_by = 'Olga'")
    screening.screen(services, campaign.id)
    made = decisions(services, "screening")
    assert sum(row.ruling == "clear" for row in made) == seen.clear_now
    codes = [code for row in made for code in row.codes]
    assert {code: codes.count(code) for code in set(codes)} == counts(seen.every)


def test_the_same_preview_twice_is_the_same_and_writes_nothing(services, campaign):
    assert look(services, campaign) == look(services, campaign)
    assert decisions(services, "screening") == []


def test_leads_that_are_settled_are_counted_apart(services, campaign):
    run(
        services,
        "UPDATE lead_progress SET state = 'closed' WHERE lead_id = (SELECT min(id) FROM lead)",
    )
    with services.transaction() as session:
        assert session.query(LeadProgress).filter_by(state="closed").count() == 1
    seen = look(services, campaign)
    assert (seen.leads, seen.settled, seen.clear_now) == (5, 1, 1)


def test_every_reason_is_said_in_both_languages_with_leads_to_look_at(services, campaign):
    for count in look(services, campaign).every:
        assert count.says("en") != count.says("ru")
        assert 1 <= len(count.sample) <= min(count.leads, 5)


def test_the_sum_is_said_in_both_languages(services, campaign):
    seen = look(services, campaign)
    assert seen.says("en").startswith("2 of 5 may be called: 2 now, 0 later; 3 may not")
    assert seen.says("ru").startswith("Можно звонить 2 из 5")


def test_a_campaign_that_is_none_has_no_preview(services):
    with pytest.raises(NotFound):
        preview.preview(services, 99)


def test_a_draft_that_was_previewed_is_still_a_draft(services, campaign):
    look(services, campaign)
    with services.transaction() as session:
        assert campaigns.get(session, campaign.id).state == "draft"


def test_a_reason_without_an_end_binds_first_then_the_latest_end_then_the_policy_s_order():
    ended = [Reason("a", make.NOON), Reason("b", make.NOON + HOUR), Reason("c", make.NOON + HOUR)]
    assert first_binding(tuple(ended)).code == "b"
    assert first_binding((*ended, Reason("d"), Reason("e"))).code == "d"
