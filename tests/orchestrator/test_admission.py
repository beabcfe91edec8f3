"""The only door to the queue: decided, recorded and reserved in one transaction."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import event

from orchestrator import admission, outcomes, refusals, stops
from orchestrator.services import RESERVATION_LIFE, SYSTEM
from orchestrator.store import running
from orchestrator.tables import Attempt
from tests import make
from tests.make import NOON
from tests.orchestrator.dialling import (
    admit,
    at_once,
    attempts,
    decisions,
    progress_of,
    reserve,
    run,
)


def test_a_due_lead_nothing_speaks_against_is_reserved(services):
    leads = []
    (reserved,) = reserve(services, lambda s: leads.append(_due(s)))
    (attempt,) = attempts(services)
    assert (attempt.id, attempt.lead_id, attempt.state) == (reserved, leads[0].id, "reserved")


def test_a_reservation_lives_for_two_minutes(services):
    reserve(services, _due)
    (attempt,) = attempts(services)
    assert (attempt.reserved_at, attempt.expires_at) == (NOON, NOON + timedelta(seconds=120))
    assert timedelta(seconds=120) == RESERVATION_LIFE


def test_the_clear_decision_of_a_reservation_names_its_attempt(services):
    (reserved,) = reserve(services, _due)
    (decision,) = decisions(services, "admission")
    (attempt,) = attempts(services)
    assert (decision.attempt_id, decision.ruling, decision.codes) == (reserved, "clear", [])
    assert attempt.admission_id == decision.id


def test_a_due_lead_that_is_not_clear_is_recorded_and_waits(services):
    leads = []

    def nameless(session):
        leads.append(make.a_due_lead(session, make.a_campaign(session)))
        leads.append(
            make.a_due_lead(
                session, make.a_campaign(session), person=make.a_person(session, name=None)
            )
        )

    reserved = reserve(services, nameless)
    assert len(reserved) == 1
    blocked = [row for row in decisions(services, "admission") if row.ruling == "blocked"]
    assert [(row.lead_id, row.codes, row.attempt_id) for row in blocked] == [
        (leads[1].id, ["personal.name", "personal.variables"], None)
    ]
    assert progress_of(services, leads[1].id).due_at is None


def test_a_lead_that_is_held_is_due_again_when_it_is_next_clear(services):
    services.clock.set(NOON.replace(hour=20))  # 23:00 in Moscow.
    leads = []
    assert reserve(services, lambda s: leads.append(_due(s))) == []
    # Wednesday, 9:00 in Moscow.
    assert progress_of(services, leads[0].id).due_at == NOON.replace(day=4, hour=6)


def test_what_is_reserved_is_not_reserved_again_by_the_next_tick(services):
    reserve(services, _due)
    services.clock.advance(timedelta(seconds=5))
    assert admit(services) == []


def test_two_admissions_at_once_reserve_a_lead_once(services):
    with services.transaction() as session:
        campaign = make.a_campaign(session)
        for _ in range(20):
            make.a_due_lead(session, campaign)
    at_once(lambda: _admit_campaign(services, campaign.id, 20), times=4)
    assert len(attempts(services)) == 20


def test_two_campaigns_reserve_a_person_once(services):
    def the_same_person_twice(session):
        person = make.a_person(session)
        for _ in range(2):
            make.a_due_lead(session, make.a_campaign(session), person=person)

    assert len(reserve(services, the_same_person_twice)) == 1


def test_two_campaigns_at_once_reserve_a_shared_number_once(services):
    with services.transaction() as session:
        campaigns = [make.a_campaign(session) for _ in range(2)]
        for ordinal in range(10):
            number = make.a_mobile(5_000 + ordinal)
            for campaign in campaigns:
                make.a_due_lead(session, campaign, person=make.a_person(session, e164=number))
    wanted = iter(campaigns * 2)
    at_once(lambda: _admit_campaign(services, next(wanted).id, 20), times=4)
    numbers = [attempt.number_id for attempt in attempts(services)]
    assert len(numbers) == len(set(numbers)) == 10


def test_of_two_who_share_a_number_in_one_batch_one_waits(services):
    def sharers(session):
        campaign = make.a_campaign(session)
        for _ in range(2):
            make.a_due_lead(session, campaign, person=make.a_person(session, e164="+79120009999"))

    assert len(reserve(services, sharers)) == 1


def test_the_call_of_one_sharer_counts_for_the_other(services):
    leads = []

    def sharers(session):
        campaign = make.a_campaign(session)
        for _ in range(2):
            person = make.a_person(session, e164="+79120009999")
            leads.append(make.a_due_lead(session, campaign, person=person))

    reserve(services, sharers)
    services.clock.advance(timedelta(seconds=5))
    admit(services)
    codes = [row.codes for row in decisions(services, "admission") if row.ruling != "clear"]
    assert codes == [["frequency.person", "frequency.offer"]]


def test_no_more_is_reserved_than_the_campaign_has_lines(services):
    def five_leads_two_lines(session):
        campaign = make.a_campaign(session, lines_max=2)
        for _ in range(5):
            make.a_due_lead(session, campaign)

    assert len(reserve(services, five_leads_two_lines)) == 2


def test_two_processes_that_admit_at_once_stay_within_the_lines(services):
    with services.transaction() as session:
        campaign = make.a_campaign(session, lines_max=3)
        for _ in range(30):
            make.a_due_lead(session, campaign)
    at_once(lambda: admit(services), times=4)
    assert len(attempts(services)) == 3


def test_no_more_begins_than_calls_a_second_allow(services):
    def many(session):
        campaign = make.a_campaign(session, calls_per_second_max=0.1, ticked_at=NOON)
        for _ in range(20):
            make.a_due_lead(session, campaign)

    reserve(services, many)
    for _ in range(60):
        services.clock.advance(timedelta(seconds=1))
        admit(services)
    begun = [attempt.reserved_at for attempt in attempts(services)]
    assert len(begun) == 6
    assert all(later - earlier >= timedelta(seconds=10) for earlier, later in pairwise(begun))


@pytest.mark.parametrize("state", ["draft", "ready", "paused", "stopping", "done"])
def test_only_a_running_campaign_reserves(services, state):
    assert reserve(services, lambda s: _due(s, make.a_campaign(s, state=state))) == []


def test_a_preview_campaign_is_left_to_its_agents(services):
    assert reserve(services, lambda s: _due(s, make.a_campaign(s, mode="preview"))) == []


def test_an_emergency_stop_reserves_nothing(services):
    with services.transaction() as session:
        _due(session)
        stops.stop_everything(session, why="complaints", by=make.MANAGER, now=NOON)
    assert admit(services) == []


def test_a_campaign_that_has_not_begun_or_is_over_reserves_nothing(services):
    def early_and_late(session):
        _due(session, make.a_campaign(session, starts_at=NOON + timedelta(seconds=1)))
        _due(session, make.a_campaign(session, ends_at=NOON))

    assert reserve(services, early_and_late) == []


def test_while_one_process_admits_another_does_nothing(services):
    with services.transaction() as session:
        _due(session)
    with services.transaction() as other:
        assert running.lock_admission(other)
        assert admit(services) == []


def test_an_expired_reservation_frees_the_person_and_the_lead_is_reserved_again(services):
    (first,) = reserve(services, _due)
    services.clock.advance(RESERVATION_LIFE)
    outcomes.reconcile(services)
    (second,) = admit(services)
    assert first != second
    assert [attempt.state for attempt in attempts(services)] == ["withdrawn", "reserved"]


def test_a_message_is_sent_only_for_what_is_committed(services):
    with services.transaction() as session:
        _due(session)
    seen = []

    def look(ids):
        with services.sessions() as session:
            seen.append([session.get(Attempt, attempt_id).state for attempt_id in ids])

    admission.admit(services, on_reserved=look)
    assert seen == [["reserved"]]


def test_a_reservation_that_fails_half_way_leaves_no_decision_either(services):
    with services.transaction() as session:
        _due(session)
    # Refused by the database, after the decision was written.
    run(services, "ALTER TABLE attempt ADD CONSTRAINT never CHECK (false)")
    with pytest.raises(Exception, match="never"):
        admit(services)
    assert decisions(services, "admission") == []


def test_a_no_heard_while_admission_waits_for_the_person_is_in_its_decision(services):
    leads = []
    with services.transaction() as session:
        leads.append(_due(session))
    with services.transaction() as session:
        refusals.record(
            session, person_id=leads[0].person_id, kind="do_not_call", at=NOON,
            taken_by="Agata", source="crm", external_id="1", by=SYSTEM, now=NOON,
        )  # fmt: skip
        waiting = _admission_begun(services)
        # It has chosen its leads and stands in line for the person we hold.
    assert waiting() == []
    assert attempts(services) == []


def _admission_begun(services):
    """Begin an admission in another thread; gives a function that waits for its answer."""
    import threading  # noqa: PLC0415
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    at_the_lock = threading.Event()
    engine = services.sessions.kw["bind"]

    def listen(_connection, _cursor, statement, *_):
        if "FROM person_state" in statement and "FOR UPDATE" in statement:
            at_the_lock.set()

    event.listen(engine, "before_cursor_execute", listen)
    pool = ThreadPoolExecutor(1)
    answer = pool.submit(admit, services)
    assert at_the_lock.wait(10)
    event.remove(engine, "before_cursor_execute", listen)
    return answer.result


def _due(session, campaign=None):
    return make.a_due_lead(session, campaign or make.a_campaign(session))


def _admit_campaign(services, campaign_id, limit):
    return admission.admit_campaign(services, campaign_id, limit, on_reserved=lambda _: None)
