"""A campaign's life: made, launched when nothing is missing, paused, resumed, stopped, done."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from orchestrator import campaigns, jurisdictions, progress
from orchestrator.campaign_fields import BadCampaign, CampaignSpec, CampaignTaken
from orchestrator.campaigns import BadReview, CampaignChanged, CampaignWrongState
from orchestrator.errors import NotFound
from orchestrator.policies import ReasonMissing
from orchestrator.readiness import CampaignNotReady
from orchestrator.retries import BadRetryPlan
from orchestrator.roles import RoleForbidden
from orchestrator.tables import Attempt, LeadProgress
from tests import make

DAY = timedelta(days=1)


@pytest.fixture
def session(services):
    with services.transaction() as session:
        yield session


def accept_russia(session):
    jurisdictions.accept(session, "RU", why="counsel agreed", by=make.OFFICER, now=make.NOON)


def spec(session, **facts):
    facts = {
        "name": "spring",
        "offer_id": make.an_offer(session).id,
        "script_version_id": make.a_script(session).id,
        **facts,
    }
    return CampaignSpec(**facts)


def create(session, by=make.MANAGER, **facts):
    return campaigns.create(session, spec(session, **facts), by=by, now=make.NOON)


def ready(session, *, level=3, **facts):
    """Make a campaign that lacks nothing but its officer's word."""
    campaign = create(session, **facts)
    accept_russia(session)
    make.a_lead(session, campaign, level=level)
    session.refresh(campaign)
    return campaign


def launch(session, campaign, by=make.MANAGER, **said):
    said = {"script_review": "none", "accepted_by": make.OFFICER, **said}
    return campaigns.launch(session, campaign.id, by=by, now=make.NOON, **said)


def running(session, **facts):
    return launch(session, ready(session, **facts))


def an_attempt(session, campaign, **facts):
    """Make an attempt at a new lead of the campaign, reserved unless said otherwise."""
    return make.an_attempt(
        session, make.a_lead(session, campaign), **{"state": "reserved", **facts}
    )


def moves(session, campaign):
    return [(event.was, event.became, event.by) for event in campaigns.events(session, campaign.id)]


def missing(session, campaign, **said):
    with pytest.raises(CampaignNotReady) as caught:
        launch(session, campaign, **said)
    return [lack["code"] for lack in caught.value.fields["missing"]]


def test_a_campaign_begins_as_a_draft_with_the_given_pace(session):
    campaign = create(session, lines_max=7)
    assert (campaign.state, campaign.lines_max, campaign.version) == ("draft", 7, 1)


def test_a_launch_goes_through_ready_to_running_and_says_who(session):
    campaign = running(session)
    assert campaign.state == "running"
    assert campaign.script_accepted_by == "Olga"
    assert moves(session, campaign) == [("draft", "ready", "Mira"), ("ready", "running", "Mira")]


def test_everything_that_is_missing_is_said_at_once(session):
    offer = make.an_offer(session, category=2)
    campaign = create(session, offer_id=offer.id, ends_at=make.NOON - DAY)
    assert missing(session, campaign, script_review=None) == ["dates", "script_review", "leads"]


def test_a_campaign_needs_a_place_that_may_be_dialled(session):
    campaign = create(session)
    make.a_lead(session, campaign)
    assert missing(session, campaign) == ["jurisdictions"]


def test_category_one_needs_every_lead_to_have_asked(session):
    campaign = ready(session, level=4, offer_id=make.an_offer(session, category=1).id)
    assert missing(session, campaign) == ["category"]


def test_category_one_starts_when_every_lead_has_asked(session):
    campaign = ready(session, level=5, offer_id=make.an_offer(session, category=1).id)
    assert launch(session, campaign).state == "running"


@pytest.mark.parametrize("level", [2, None])
def test_category_two_needs_customers_or_better(session, level):
    campaign = ready(session, level=level, offer_id=make.an_offer(session, category=2).id)
    assert missing(session, campaign) == ["category"]


def test_a_manager_alone_does_not_accept_an_unreviewed_script(session):
    campaign = ready(session)
    with pytest.raises(RoleForbidden):
        launch(session, campaign, accepted_by=None)


def test_an_officer_who_launches_answers_for_the_script(session):
    campaign = launch(session, ready(session), by=make.OFFICER, accepted_by=None)
    assert campaign.script_accepted_by == "Olga"


def test_an_acceptance_given_before_counts_at_the_launch(session):
    campaign = ready(session)
    campaigns.accept_script(session, campaign.id, by=make.OFFICER, now=make.NOON)
    assert launch(session, campaign, script_review=None, accepted_by=None).state == "running"


def test_only_the_absence_of_a_review_can_be_accepted(session):
    campaign = ready(session)
    with pytest.raises(BadReview):
        launch(session, campaign, script_review="passed")


def test_a_launch_makes_every_lead_due_that_nobody_has_looked_at(session):
    campaign = ready(session)
    lead = make.a_lead(session, campaign)
    launch(session, campaign)
    assert session.get(LeadProgress, lead.id).due_at == make.NOON


def test_an_agent_launches_nothing(session):
    campaign = ready(session)
    with pytest.raises(RoleForbidden):
        launch(session, campaign, by=make.AGENT)


def test_what_runs_is_not_launched_again(session):
    campaign = running(session)
    with pytest.raises(CampaignWrongState, match="is running, so you cannot launch: pause"):
        launch(session, campaign)


def test_pausing_takes_back_what_is_queued_in_the_same_transaction(session):
    campaign = running(session)
    other = make.a_campaign(session)
    attempt = an_attempt(session, campaign)
    kept = an_attempt(session, other)
    campaigns.pause(session, campaign.id, why="too many noes", by=make.MANAGER, now=make.NOON)
    session.expire_all()
    assert (attempt.state, attempt.outcome) == ("withdrawn", "paused")
    assert kept.state == "reserved"


def test_pausing_leaves_a_call_in_progress_alone(session):
    campaign = running(session)
    attempt = an_attempt(session, campaign, state="ringing")
    campaigns.pause(session, campaign.id, why="too many noes", by=make.MANAGER, now=make.NOON)
    session.expire_all()
    assert attempt.state == "ringing"


@pytest.mark.parametrize("act", [campaigns.pause, campaigns.stop])
def test_pausing_and_stopping_need_a_reason(session, act):
    campaign = running(session)
    with pytest.raises(ReasonMissing):
        act(session, campaign.id, why="", by=make.MANAGER, now=make.NOON)


def test_resuming_wakes_the_leads_that_waited(session):
    campaign = running(session)
    campaigns.pause(session, campaign.id, why="lunch", by=make.MANAGER, now=make.NOON)
    lead_id = waiting_lead(session, campaign)
    campaigns.resume(session, campaign.id, why="back", by=make.MANAGER, now=make.NOON + DAY)
    session.expire_all()
    assert session.get(LeadProgress, lead_id).due_at == make.NOON + DAY


def waiting_lead(session, campaign, **facts):
    """Give a new lead of the campaign that waits for a fact."""
    lead = make.a_lead(session, campaign)
    session.add(
        LeadProgress(lead_id=lead.id, campaign_id=campaign.id, person_id=lead.person_id, **facts)
    )
    session.flush()
    return lead.id


def test_a_campaign_whose_end_has_passed_is_not_resumed(session):
    campaign = running(session, ends_at=make.NOON + DAY)
    campaigns.pause(session, campaign.id, why="lunch", by=make.MANAGER, now=make.NOON)
    with pytest.raises(CampaignNotReady):
        campaigns.resume(session, campaign.id, why="back", by=make.MANAGER, now=make.NOON + 2 * DAY)


def test_only_what_is_paused_is_resumed(session):
    campaign = running(session)
    with pytest.raises(CampaignWrongState):
        campaigns.resume(session, campaign.id, why="back", by=make.MANAGER, now=make.NOON)


def test_a_draft_can_be_neither_paused_nor_stopped(session):
    campaign = create(session)
    for act in (campaigns.pause, campaigns.stop):
        with pytest.raises(CampaignWrongState, match="launch it"):
            act(session, campaign.id, why="because", by=make.MANAGER, now=make.NOON)


def test_an_edit_of_an_older_version_is_refused(session):
    campaign = create(session)
    edited = campaigns.edit(
        session, campaign.id, {"lines_max": 3}, version=1, by=make.MANAGER, now=make.NOON
    )
    assert (edited.lines_max, edited.version) == (3, 2)
    with pytest.raises(CampaignChanged):
        campaigns.edit(
            session, campaign.id, {"lines_max": 4}, version=1, by=make.MANAGER, now=make.NOON
        )


def test_a_running_campaign_changes_its_pace_but_not_its_offer(session):
    campaign = running(session)
    version = campaign.version
    edited = campaigns.edit(
        session, campaign.id, {"priority": 9}, version=version, by=make.MANAGER, now=make.NOON
    )
    assert edited.priority == 9
    with pytest.raises(CampaignWrongState, match="offer_id"):
        campaigns.edit(
            session, campaign.id, {"offer_id": 1}, version=version + 1, by=make.MANAGER,
            now=make.NOON,
        )  # fmt: skip


def test_another_script_has_to_be_accepted_again(session):
    campaign = ready(session)
    campaigns.accept_script(session, campaign.id, by=make.OFFICER, now=make.NOON)
    other = make.a_script(session)
    edited = campaigns.edit(
        session, campaign.id, {"script_version_id": other.id}, version=campaign.version,
        by=make.MANAGER, now=make.NOON,
    )  # fmt: skip
    assert (edited.script_review, edited.script_accepted_by) == (None, None)


@pytest.mark.parametrize(
    "facts",
    [
        {"name": " "},
        {"name": "n" * 201},
        {"mode": "loud"},
        {"lines_max": 0},
        {"share": 0},
        {"priority": -1},
        {"calls_per_second_max": 0},
        {"calls_per_second_max": float("nan")},
        {"starts_at": make.NOON, "ends_at": make.NOON},
        {"starts_at": make.NOON.replace(tzinfo=None)},
        {"reason_template": "since {Signal}"},
    ],
)
def test_a_campaign_with_values_out_of_bounds_is_not_made(session, facts):
    with pytest.raises(BadCampaign):
        create(session, **facts)


def test_a_bad_retry_plan_is_refused(session):
    with pytest.raises(BadRetryPlan):
        create(session, retry_plan={"pauses_hours": {"refused": [1]}})


def test_two_campaigns_do_not_share_a_name(session):
    create(session)
    with pytest.raises(CampaignTaken):
        create(session)


@pytest.mark.parametrize("field", ["offer_id", "script_version_id"])
def test_what_a_campaign_is_made_of_must_exist(session, field):
    with pytest.raises(NotFound):
        create(session, **{field: 999})


def test_a_stopped_campaign_is_done_when_its_last_call_has_ended(services):
    with services.transaction() as session:
        campaign = running(session)
        reserved = an_attempt(session, campaign)
        ringing = an_attempt(session, campaign, state="ringing")
        campaigns.stop(session, campaign.id, why="enough", by=make.MANAGER, now=make.NOON)
        attempts = (reserved.id, ringing.id)
    assert campaigns.finish_due(services) == []
    with services.transaction() as session:
        assert session.get(Attempt, attempts[0]).state == "withdrawn"
        session.get(Attempt, attempts[1]).state = "ended"
    assert campaigns.finish_due(services) == [campaign.id]
    with services.transaction() as session:
        assert campaigns.get(session, campaign.id).state == "done"
        assert moves(session, campaign)[-1] == ("stopping", "done", "takt")


def test_a_campaign_is_done_when_its_end_has_passed(services):
    with services.transaction() as session:
        campaign = running(session, ends_at=make.NOON + DAY)
    assert campaigns.finish_due(services) == []
    services.clock.advance(DAY)
    assert campaigns.finish_due(services) == [campaign.id]


def test_a_campaign_is_done_when_every_lead_is_closed_and_not_before(services):
    with services.transaction() as session:
        campaign = running(session)
        waiting_lead(session, campaign, state="closed", closed_because="accepted")
    assert campaigns.finish_due(services) == []  # One lead is still open.
    with services.transaction() as session:
        session.execute(
            text(
                "INSERT INTO lead_progress (lead_id, campaign_id, person_id, state)"
                " SELECT id, campaign_id, person_id, 'closed' FROM lead"
                " ON CONFLICT (lead_id) DO UPDATE SET state = 'closed'"
            )
        )
    assert campaigns.finish_due(services) == [campaign.id]


def test_a_lead_that_waits_for_a_person_keeps_its_campaign_going(services):
    with services.transaction() as session:
        campaign = make.a_campaign(session)
        waiting_lead(session, campaign, state="agent")
    assert campaigns.finish_due(services) == []


def test_progress_counts_leads_by_state_and_calls_by_outcome(services):
    with services.transaction() as session:
        campaign = make.a_campaign(session)
        make.a_lead(session, campaign)
        waiting_lead(session, campaign)
        waiting_lead(session, campaign, due_at=make.NOON)
        waiting_lead(session, campaign, state="agent")
        waiting_lead(session, campaign, state="closed", closed_because="refused")
        an_attempt(session, campaign, state="ended", outcome="refused")
        an_attempt(session, campaign, state="ended", outcome="busy", claimed_at=make.NOON - 2 * DAY)
        an_attempt(session, campaign, state="ringing")
    with services.transaction() as session:
        seen = progress.progress(session, campaign.id, now=make.NOON + timedelta(hours=1))
    assert (seen.leads, seen.unscreened, seen.due, seen.waiting, seen.agent) == (8, 4, 1, 1, 1)
    assert seen.closed == {"refused": 1}
    assert seen.live == {"ringing": 1}
    assert seen.outcomes == {"refused": 1, "busy": 1}
    assert seen.outcomes_last_day == {"refused": 1}
    assert (seen.placed, seen.placed_last_day) == (3, 2)
