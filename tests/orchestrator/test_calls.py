"""The last look, the claim and the dial: at most one ring, whatever came in between."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from orchestrator import calls, campaigns, outcomes, policies, refusals, stops
from orchestrator.services import RESERVATION_LIFE, SYSTEM
from orchestrator.tables import LeadProgress
from orchestrator.telephony.base import CarrierError, Failure
from tests import make
from tests.make import NOON
from tests.orchestrator.dialling import (
    admit,
    at_once,
    attempts,
    decisions,
    place,
    progress_of,
    reserve,
    rings,
    run,
)


def test_a_reserved_attempt_that_is_still_clear_rings_once(services):
    ids = reserve(services, _due)
    assert place(services, ids).dialled == tuple(ids)
    (attempt,) = attempts(services)
    assert attempt.state == "dialing"
    assert len(rings(services)) == 1


def test_the_last_look_is_recorded_and_named_by_the_attempt(services):
    ids = reserve(services, _due)
    place(services, ids)
    (attempt,) = attempts(services)
    (decision,) = decisions(services, "last_look")
    assert attempt.last_look_id == decision.id
    assert (decision.ruling, decision.attempt_id) == ("clear", attempt.id)


def test_a_message_that_comes_twice_rings_once(services):
    ids = reserve(services, _due)
    place(services, ids)
    assert place(services, ids) == calls.Placed((), ())
    assert len(rings(services)) == 1


def test_a_message_that_names_an_attempt_twice_rings_once(services):
    ids = reserve(services, _due)
    place(services, ids * 2)
    assert len(rings(services)) == 1


def test_a_message_that_reaches_four_workers_at_once_rings_once(services):
    def ten_leads(session):
        campaign = make.a_campaign(session)
        for _ in range(10):
            make.a_due_lead(session, campaign)

    ids = reserve(services, ten_leads)
    answers = at_once(lambda: place(services, ids), times=4)
    assert sum(len(answer.dialled) for answer in answers) == 10
    numbers = rings(services)
    assert len(numbers) == len(set(numbers)) == 10


def test_a_message_for_nothing_we_know_does_nothing(services):
    assert place(services, [uuid4()]) == calls.Placed((), ())


def test_the_message_of_an_expired_reservation_is_void(services):
    ids = reserve(services, _due)
    services.clock.advance(RESERVATION_LIFE)
    assert place(services, ids).dialled == ()
    assert rings(services) == []


def test_the_last_instant_of_a_reservation_still_counts(services):
    ids = reserve(services, _due)
    services.clock.advance(RESERVATION_LIFE - timedelta(microseconds=1))
    assert place(services, ids).dialled == tuple(ids)


CHANGES = {
    "personal.name": "UPDATE person SET name = 'Клиент'",
    "person.protected": "UPDATE person SET protected = 'minor'",
    "history.open_case": "UPDATE person SET open_case = 'claim 17'",
    "history.owned": "UPDATE person SET owned = '{sim}'",
    "number.kind": "UPDATE number SET kind = 'premium'",
    "suppression.listed": "UPDATE number SET suppressed = 'officer'",
    "jurisdiction.uncovered": "UPDATE jurisdiction_acceptance"
    " SET withdrawn_at = now(), withdrawn_by = 'Olga'",
    "personal.reason": "UPDATE lead SET reason = NULL",
    "quality.score": "UPDATE lead SET score = 0.01",
    "quality.level": "UPDATE lead SET level = 1",
    "campaign.not_running": "UPDATE campaign SET state = 'paused'",
    "campaign.expired": "UPDATE campaign SET ends_at = '2026-03-03 07:00:00Z'",
    "script.not_approved": "UPDATE campaign SET script_accepted_by = NULL",
    "hours.closed": "UPDATE person SET declared_zone = 'Pacific/Auckland'",
    "hours.zone_unknown": "UPDATE person SET declared_zone = 'Moscow'",
}


@pytest.mark.parametrize("code", CHANGES)
def test_a_lead_changed_between_reservation_and_last_look_is_withdrawn_with_the_code(
    services, code
):
    def owns_nothing_yet(session):
        offer = make.an_offer(session, product="sim")
        _due(session, make.a_campaign(session, offer=offer))

    ids = reserve(services, owns_nothing_yet)
    assert len(ids) == 1
    run(services, CHANGES[code])
    place(services, ids)
    (attempt,) = attempts(services)
    assert (attempt.state, attempt.outcome) == ("withdrawn", code)
    assert rings(services) == []
    assert code in decisions(services, "last_look")[0].codes


def test_the_lead_of_a_withdrawn_attempt_is_due_when_it_is_clear_again(services):
    leads = []
    ids = reserve(services, lambda s: leads.append(_due(s)))
    run(services, "UPDATE person SET declared_zone = 'Asia/Yekaterinburg'")
    services.clock.set(NOON.replace(hour=15))
    run(services, "UPDATE attempt SET expires_at = :at", at=NOON.replace(hour=16))
    place(services, ids)  # 20:00 in Yekaterinburg.
    assert progress_of(services, leads[0].id).due_at == NOON.replace(day=4, hour=4)


def test_a_withdrawn_attempt_counts_against_no_cap(services):
    ids = reserve(services, _due)
    run(services, "UPDATE person SET open_case = 'claim'")
    place(services, ids)
    run(services, "UPDATE person SET open_case = NULL")
    run(services, "UPDATE lead_progress SET due_at = :now", now=NOON)
    services.clock.advance(timedelta(seconds=2))
    assert len(admit(services)) == 1


def test_the_attempt_being_judged_does_not_count_against_itself(services):
    ids = reserve(services, _due)
    place(services, ids)
    assert decisions(services, "last_look")[0].codes == []


def test_a_no_between_reservation_and_last_look_silences_the_telephone(services):
    leads = []
    ids = reserve(services, lambda s: leads.append(_due(s)))
    _refuse(services, leads[0].person_id)
    assert place(services, ids).dialled == ()
    assert rings(services) == []


def test_a_no_while_the_last_look_waits_is_in_it(services):
    leads = []
    ids = reserve(services, lambda s: leads.append(_due(s)))
    with ThreadPoolExecutor(1) as pool:
        with services.transaction() as session:
            _record_no(session, leads[0].person_id)
            waiting = pool.submit(place, services, ids)
        assert waiting.result().dialled == ()


def test_a_number_taken_from_the_person_is_not_rung(services):
    ids = reserve(services, _due)
    run(services, "DELETE FROM person_number")
    place(services, ids)
    (attempt,) = attempts(services)
    assert (attempt.state, attempt.outcome) == ("withdrawn", "number.unlinked")


def test_the_number_that_was_reserved_is_rung_though_another_would_be_better_now(services):
    def two_numbers(session):
        person = make.a_person(session, e164="+79120000001")
        make.a_number(session, person, e164="+79120000002", rank=1)
        make.a_due_lead(session, make.a_campaign(session), person=person)

    ids = reserve(services, two_numbers)
    run(services, "UPDATE person_number SET rank = 2 WHERE rank = 0")
    place(services, ids)
    assert rings(services) == ["+79120000001"]


def test_a_callback_reserved_in_time_and_looked_at_too_late_is_left_to_a_person(services):
    with services.transaction() as session:
        lead_id = make.a_due_lead(session, make.a_campaign(session)).id
        session.get_one(LeadProgress, lead_id).callback_at = make.NOON
    services.clock.advance(timedelta(minutes=14))
    ids = admit(services)
    services.clock.advance(timedelta(minutes=1))
    place(services, ids)
    assert rings(services) == []
    assert [attempt.outcome for attempt in attempts(services)] == ["callback.missed"]
    outcomes.reconcile(services)
    assert progress_of(services, lead_id).state == "agent"


def test_pausing_withdraws_what_is_reserved(services):
    made = []
    ids = reserve(services, lambda s: made.append(_due(s)))
    with services.transaction() as session:
        campaigns.pause(session, made[0].campaign_id, why="lunch", by=make.MANAGER, now=NOON)
    place(services, ids)
    (attempt,) = attempts(services)
    assert (attempt.state, attempt.outcome) == ("withdrawn", "paused")


def test_an_emergency_stop_silences_what_is_reserved(services):
    ids = reserve(services, _due)
    with services.transaction() as session:
        stops.stop_everything(session, why="complaints", by=make.MANAGER, now=NOON)
    place(services, ids)
    assert rings(services) == []


def test_a_tighter_policy_reaches_what_is_reserved(services):
    ids = reserve(services, _due)
    with services.transaction() as session:
        document = _with_floor(policies.in_force(session).document, 0.5)
        version = policies.draft(session, document, why="only the best", by=make.OFFICER, now=NOON)
        policies.activate(session, version.id, by=make.OFFICER, now=NOON)
    place(services, ids)
    (attempt,) = attempts(services)
    assert (attempt.state, attempt.outcome) == ("withdrawn", "quality.score")


def test_a_carrier_that_may_have_rung_leaves_a_doubt_and_no_second_dial(services):
    carrier = _Refusing(Failure.UNKNOWN)
    ids = reserve(services, _due)
    broken = replace(services, carrier=carrier)
    place(broken, ids)
    place(broken, ids)
    services.clock.advance(timedelta(seconds=60))
    assert admit(broken) == []
    assert (carrier.asked, attempts(services)[0].state) == (1, "unresolved")


def test_a_doubt_that_is_never_cleared_up_ends_as_unknown_and_goes_to_a_person(services):
    leads = []
    ids = reserve(services, lambda s: leads.append(_due(s)))
    place(replace(services, carrier=_Refusing(Failure.UNKNOWN)), ids)
    services.clock.advance(timedelta(seconds=25 + 900 + 600))
    outcomes.reconcile(services)
    assert attempts(services)[0].state == "unknown"
    assert progress_of(services, leads[0].id).state == "agent"


def test_a_call_that_never_left_is_tried_again_and_counts_for_nothing(services):
    ids = reserve(services, _due)
    place(replace(services, carrier=_Refusing(Failure.NOT_SENT)), ids)
    assert attempts(services)[0].state == "withdrawn"
    services.clock.advance(timedelta(minutes=16))
    assert len(admit(services)) == 1


def test_a_crash_between_claim_and_dial_rings_nobody_ever_again(services):
    leads = []
    ids = reserve(services, lambda s: leads.append(_due(s)))
    with services.transaction() as session:
        calls.claim(session, services, ids)
    # The worker died here. Its message comes again, and again.
    place(services, ids)
    services.clock.advance(timedelta(hours=1))
    outcomes.reconcile(services)
    place(services, ids)
    assert rings(services) == []
    assert attempts(services)[0].state == "unknown"
    assert progress_of(services, leads[0].id).state == "agent"


def test_a_crash_before_the_claim_is_committed_leaves_the_attempt_to_the_next_message(services):
    ids = reserve(services, _due)
    with pytest.raises(_Crash):
        _claim_and_crash(services, ids)
    assert place(services, ids).dialled == tuple(ids)


def test_every_number_of_a_message_is_dialled_although_one_fails(services):
    def three(session):
        campaign = make.a_campaign(session)
        for _ in range(3):
            make.a_due_lead(session, campaign)

    ids = reserve(services, three)
    carrier = _Refusing(Failure.NOT_SENT)
    place(replace(services, carrier=carrier), ids)
    assert carrier.asked == 3


class _Crash(Exception):
    """A process that ends here."""


def _claim_and_crash(services, ids):
    with services.transaction() as session:
        calls.claim(session, services, ids)
        raise _Crash


class _Refusing:
    """A carrier that takes no call."""

    name = "simulated"

    def __init__(self, failure):
        self.failure, self.asked = failure, 0

    def dial(self, request):
        self.asked += 1
        raise CarrierError(self.failure)

    def cancel(self, attempt_id):
        return False


def _due(session, campaign=None):
    return make.a_due_lead(session, campaign or make.a_campaign(session))


def _refuse(services, person_id):
    with services.transaction() as session:
        _record_no(session, person_id)


def _record_no(session, person_id):
    refusals.record(
        session, person_id=person_id, kind="do_not_call", at=NOON, taken_by="Agata",
        source="crm", external_id="1", by=SYSTEM, now=NOON,
    )  # fmt: skip


def _with_floor(document, floor):
    (pack,) = document["packs"]
    rules = [
        {**rule, "floor": floor} if rule["code"] == "quality.score" else rule
        for rule in pack["guardrails"]
    ]
    return {"packs": [{**pack, "guardrails": rules}]}
