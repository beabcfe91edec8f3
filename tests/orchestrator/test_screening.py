"""Every lead answered for, written down when the answer changes, and asked again when it may."""

from datetime import timedelta

from orchestrator import campaigns, screening
from orchestrator.decisions import replay
from orchestrator.store import history
from orchestrator.tables import LeadProgress
from tests import make
from tests.make import NOON
from tests.orchestrator.dialling import decisions, progress_of, run


def test_a_lead_nothing_speaks_against_is_due_now(services):
    lead = _made(services, make.a_due_lead)
    screening.screen(services, lead.campaign_id)
    assert progress_of(services, lead.id).due_at == NOON


def test_a_held_lead_is_due_when_it_is_next_clear(services):
    lead = _made(services, make.a_due_lead)
    services.clock.set(NOON.replace(hour=18))
    screening.screen(services, lead.campaign_id)
    assert progress_of(services, lead.id).due_at == NOON.replace(day=4, hour=6)


def test_a_blocked_lead_waits_for_a_fact(services):
    lead = _made(services, make.a_due_lead, score=0.01)
    screening.screen(services, lead.campaign_id)
    assert progress_of(services, lead.id).due_at is None


def test_the_same_answer_is_written_down_once(services):
    lead = _made(services, make.a_due_lead, score=0.01)
    screening.screen(services, lead.campaign_id)
    services.clock.advance(timedelta(hours=1))
    assert screening.screen(services, lead.campaign_id).decisions == 0
    assert len(decisions(services, "screening")) == 1


def test_another_answer_is_written_down_as_well(services):
    lead = _made(services, make.a_due_lead, score=0.01)
    screening.screen(services, lead.campaign_id)
    run(services, "UPDATE lead SET score = 0.5")
    screening.screen(services, lead.campaign_id)
    assert [row.ruling for row in decisions(services, "screening")] == ["blocked", "clear"]


def test_a_lead_that_stays_clear_becomes_due_again(services):
    lead = _made(services, make.a_due_lead)
    screening.screen(services, lead.campaign_id)
    run(services, "UPDATE lead_progress SET due_at = NULL")
    services.clock.advance(timedelta(minutes=10))
    screening.screen(services, lead.campaign_id)
    assert progress_of(services, lead.id).due_at == NOON + timedelta(minutes=10)


def test_the_pause_of_a_retry_plan_outlasts_a_clear_answer(services):
    lead = _made(services, make.a_due_lead)
    later = NOON + timedelta(hours=24)
    run(services, "UPDATE lead_progress SET not_before = :at", at=later)
    screening.screen(services, lead.campaign_id)
    assert progress_of(services, lead.id).due_at == later


def test_closed_leads_are_left_alone(services):
    lead = _made(services, make.a_due_lead)
    run(services, "UPDATE lead_progress SET state = 'closed', due_at = NULL")
    assert screening.screen(services, lead.campaign_id).leads == 0
    assert progress_of(services, lead.id).due_at is None


def test_a_batch_of_closed_leads_does_not_hide_those_behind_it(services):
    with services.transaction() as session:
        campaign = make.a_campaign(session)
        leads = [make.a_due_lead(session, campaign) for _ in range(6)]
    for lead in leads[:4]:
        run(services, "UPDATE lead_progress SET state = 'closed' WHERE lead_id = :id", id=lead.id)
    assert screening.screen(services, campaign.id, batch=2).leads == 2


def test_every_lead_is_screened_once_whatever_the_batch(services):
    with services.transaction() as session:
        campaign = make.a_campaign(session)
        leads = [make.a_due_lead(session, campaign).id for _ in range(7)]
    done = screening.screen(services, campaign.id, batch=3)
    assert (done.leads, done.clear) == (7, 7)
    assert sorted(row.lead_id for row in decisions(services, "screening")) == leads


def test_a_screening_reserves_no_call(services):
    lead = _made(services, make.a_due_lead)
    screening.screen(services, lead.campaign_id)
    with services.sessions() as session:
        assert session.get(LeadProgress, lead.id).attempts == 0
        assert decisions(services, "admission") == []


def test_a_lead_that_has_no_number_at_all_is_blocked_and_not_lost(services):
    lead = _made(services, make.a_due_lead)
    run(services, "DELETE FROM person_number")
    screening.screen(services, lead.campaign_id)
    (decision,) = decisions(services, "screening")
    assert "number.invalid" in decision.codes


def test_a_screening_that_is_started_again_finishes_the_rest(services):
    with services.transaction() as session:
        campaign = make.a_campaign(session)
        leads = [make.a_due_lead(session, campaign).id for _ in range(4)]
    done = screening.screen(services, campaign.id, batch=2, batches_max=1)
    assert done.leads == 2
    screening.screen(services, campaign.id, after_lead_id=done.last_lead_id)
    assert sorted(row.lead_id for row in decisions(services, "screening")) == leads


def test_of_two_numbers_the_one_that_is_callable_soonest_is_judged(services):
    def two_numbers(session, campaign):
        person = make.a_person(session, e164="+79120000001")
        make.a_number(session, person, e164="+79120000002", rank=1)
        return make.a_due_lead(session, campaign, person=person)

    lead = _made(services, two_numbers)
    run(services, "UPDATE number SET suppressed = 'officer' WHERE e164 = '+79120000001'")
    screening.screen(services, lead.campaign_id)
    (decision,) = decisions(services, "screening")
    assert decision.ruling == "clear"


def test_a_person_without_a_state_row_is_judged_by_the_ledger(services):
    lead = _made(services, make.a_due_lead)
    run(services, "DELETE FROM person_state")
    screening.screen(services, lead.campaign_id)
    assert decisions(services, "screening")[0].ruling == "clear"


def test_a_preview_writes_nothing_and_gives_the_same_answer_twice(services):
    with services.transaction() as session:
        campaign = make.a_campaign(session, state="draft", script_accepted_by=None)
        for score in (0.01, 0.08, 0.2):
            make.a_due_lead(session, campaign, score=score)
    answers = []
    for _ in range(2):
        with services.sessions() as session:
            answers.append(
                [
                    (judged.candidate.lead_id, judged.key)
                    for judged in screening.judged(
                        session, campaign.id, settings=services.settings, now=NOON
                    )
                ]
            )
    assert answers[0] == answers[1]
    assert decisions(services, "screening") == []


def test_a_preview_says_what_screening_decides_once_launched(services):
    with services.transaction() as session:
        campaign = make.a_campaign(
            session, state="draft", script_accepted_by=None, script_review=None
        )
        for score in (0.01, 0.08, None):
            make.a_due_lead(session, campaign, score=score, level=2 if score is None else 3)
    with services.sessions() as session:
        foreseen = {
            judged.candidate.lead_id: list(judged.verdict.codes)
            for judged in screening.judged(
                session, campaign.id, settings=services.settings, now=NOON
            )
        }
    with services.transaction() as session:
        campaigns.launch(session, campaign.id, script_review="none", by=make.OFFICER, now=NOON)
    screening.screen(services, campaign.id)
    decided = {row.lead_id: row.codes for row in decisions(services, "screening")}
    assert decided == foreseen


def test_a_decision_taken_again_on_its_stored_inputs_is_the_same(services):
    with services.transaction() as session:
        campaign = make.a_campaign(session)
        for score in (0.01, 0.08):
            make.a_due_lead(session, campaign, score=score)
    screening.screen(services, campaign.id)
    with services.sessions() as session:
        for row in decisions(services, "screening"):
            assert replay(session, row.id).outcome == "equal"


def test_a_fact_that_changes_after_screening_has_the_lead_asked_again(services):
    lead = _made(services, make.a_due_lead, score=0.01)
    screening.screen(services, lead.campaign_id)
    with services.transaction() as session:
        history.touch_leads(session, [lead.person_id], NOON)
    assert progress_of(services, lead.id).due_at == NOON


def _made(services, make_lead, **facts):
    with services.transaction() as session:
        return make_lead(session, make.a_campaign(session), **facts)
