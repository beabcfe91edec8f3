"""What reports about calls come to: once each, in any order, and never a lost no."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from orchestrator import outcomes, refusals
from orchestrator.history import read_refusals, read_touches
from orchestrator.services import Services
from orchestrator.store import history, leads
from orchestrator.tables import (
    Attempt,
    CarrierEvent,
    Lead,
    LeadProgress,
    LeadSource,
    Number,
    PersonState,
    Quote,
    Refusal,
    SimulatedCall,
    Suppression,
    Touch,
)
from orchestrator.telephony.base import CarrierReport, Dial, Failure
from tests import make

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def a_call(services: Services, *, state: str = "dialing", **facts: Any) -> UUID:
    """Make a call in progress to a lead of its own."""
    with services.transaction() as session:
        lead = make.a_lead(session, make.a_campaign(session))
        return make.an_attempt(session, lead, state=state, **facts).id


def a_report(
    attempt_id: UUID, kind: str = "ended", *, seconds: int = 10, **facts: Any
) -> CarrierReport:
    """Make a report about a call, so many seconds after it was dialled."""
    facts.setdefault("event_id", f"{attempt_id.hex}:{kind}:{facts.get('disposition')}")
    at = make.NOON + timedelta(seconds=seconds)
    return CarrierReport(carrier="simulated", attempt_id=attempt_id, kind=kind, at=at, **facts)


def hear(services: Services, attempt_id: UUID, disposition: str, **facts: Any) -> str:
    """Report that a call ended so."""
    return outcomes.receive(services, a_report(attempt_id, disposition=disposition, **facts))


def read(services: Services, table: Any, **where: Any) -> Any:
    """Read the only row of a table with these values."""
    with services.sessions() as session:
        return session.scalars(select(table).filter_by(**where)).one()


def count(services: Services, table: Any, **where: Any) -> int:
    with services.sessions() as session:
        statement = select(func.count()).select_from(table).filter_by(**where)
        return session.scalar(statement) or 0


def lead_of(services: Services, attempt_id: UUID) -> LeadProgress:
    attempt = read(services, Attempt, id=attempt_id)
    return read(services, LeadProgress, lead_id=attempt.lead_id)


def test_a_call_moves_from_ringing_to_answered_to_ended(services):
    call = a_call(services)
    states = []
    for report in (
        a_report(call, "ringing", seconds=1),
        a_report(call, "answered", seconds=5),
        a_report(call, "ended", seconds=30, disposition="undecided"),
    ):
        assert outcomes.receive(services, report) == "applied"
        states.append(read(services, Attempt, id=call).state)
    assert states == ["ringing", "answered", "ended"]


def test_an_ended_call_is_in_the_ledger_at_the_instant_it_was_claimed(services):
    call = a_call(services)
    hear(services, call, "undecided", talk_seconds=20)
    touch = read(services, Touch)
    assert (touch.source, touch.external_id) == ("takt", call.hex)
    assert (touch.at, touch.reach, touch.talk_seconds) == (make.NOON, "conversation", 20)


def test_the_state_row_follows_the_ledger(services):
    call = a_call(services)
    hear(services, call, "no_answer")
    with services.sessions() as session:
        assert history.differences(session) == []
        state = session.scalars(select(PersonState)).one()
        assert [touch.reach for touch in read_touches(state.touches)] == ["rang"]


def test_the_same_report_counts_once(services):
    call = a_call(services)
    report = a_report(call, disposition="refused", words="Нет, спасибо")
    assert outcomes.receive(services, report) == "applied"
    assert outcomes.receive(services, report) == "repeated"
    assert (count(services, Touch), count(services, Refusal)) == (1, 1)


def test_an_end_may_come_before_the_ringing(services):
    call = a_call(services)
    assert hear(services, call, "no_answer", seconds=25) == "applied"
    assert outcomes.receive(services, a_report(call, "ringing", seconds=1)) == "late"
    assert read(services, Attempt, id=call).state == "ended"
    assert read(services, CarrierEvent, kind="ringing").effect == "late"


def test_a_report_about_a_stranger_is_kept(services):
    stranger = uuid4()
    assert hear(services, stranger, "no_answer") == "unknown_call"
    assert read(services, CarrierEvent, attempt_id=stranger).effect == "unknown_call"


def test_a_soft_no_keeps_its_words_and_names_the_offer(services):
    call = a_call(services)
    hear(services, call, "refused", words="Мне это ни к чему")
    refusal = read(services, Refusal)
    assert refusal.kind == "soft"
    assert refusal.offer_id is not None
    assert read(services, Quote).words == "Мне это ни к чему"
    assert lead_of(services, call).closed_because == "refused"


def test_words_of_a_call_without_a_no_are_kept_nowhere(services):
    call = a_call(services)
    hear(services, call, "undecided", words="Пришлите подробности")
    assert count(services, Quote) == 0
    assert "words" not in read(services, CarrierEvent).body


def test_pressing_the_call_away_is_no_word_about_the_offer(services):
    call = a_call(services)
    hear(services, call, "declined", cause=603)
    refusal = read(services, Refusal)
    assert (refusal.kind, refusal.offer_id) == ("decline", None)


@pytest.mark.parametrize(
    "cause, kind", [(603, "decline"), (607, "operator"), (608, "operator"), (486, None)]
)
def test_a_cause_alone_can_be_a_no(services, cause, kind):
    call = a_call(services)
    outcomes.receive(services, a_report(call, cause=cause))
    with services.sessions() as session:
        assert session.scalar(select(Refusal.kind)) == kind


def test_do_not_call_suppresses_the_person_and_closes_every_lead(services):
    call = a_call(services)
    with services.transaction() as session:
        person = read(services, Attempt, id=call).person_id
        lead = session.scalars(select(Lead).where(Lead.person_id == person)).one()
        other = Lead(
            campaign_id=make.a_campaign(session).id, person_id=person, created_at=make.NOON
        )
        session.add(other)
    hear(services, call, "do_not_call", words="Больше никогда не звоните")
    assert read(services, Suppression, person_id=person).cause == "do_not_call"
    with services.sessions() as session:
        rows = session.execute(
            select(LeadProgress.lead_id, LeadProgress.state, LeadProgress.closed_because)
        ).all()
        assert session.scalars(select(PersonState.suppressed)).one() == "do_not_call"
    assert sorted(map(tuple, rows)) == sorted(
        [(lead.id, "closed", "suppressed"), (other.id, "closed", "suppressed")]
    )


def test_a_no_withdraws_what_is_reserved_for_people_on_the_same_number(services):
    with services.transaction() as session:
        anna = make.a_person(session)
        number = make.a_number(session, anna, rank=1)
        boris = make.a_person(session, e164=number.e164)
        a, b = make.a_campaign(session), make.a_campaign(session)
        call = make.an_attempt(session, make.a_lead(session, a, person=anna)).id
        reserved = make.an_attempt(
            session, make.a_lead(session, b, person=boris), state="reserved"
        ).id
    hear(services, call, "do_not_call")
    assert read(services, Attempt, id=reserved).state == "withdrawn"
    assert lead_of(services, reserved).state == "open"


def test_a_later_end_that_is_a_no_still_counts(services):
    call = a_call(services)
    hear(services, call, "undecided", seconds=20)
    assert hear(services, call, "do_not_call", seconds=21) == "applied"
    assert count(services, Suppression) == 1
    assert read(services, Touch, disposition="do_not_call").corrects_id is not None


def test_a_later_end_never_takes_a_no_back(services):
    call = a_call(services)
    hear(services, call, "refused", seconds=20)
    assert hear(services, call, "accepted", seconds=40) == "late"
    assert count(services, Touch) == 1
    assert lead_of(services, call).closed_because == "refused"


def test_a_pickup_reported_late_makes_the_call_answered(services):
    call = a_call(services)
    hear(services, call, "no_answer", seconds=25)
    assert outcomes.receive(services, a_report(call, "answered", seconds=24)) == "applied"
    with services.sessions() as session:
        state = session.scalars(select(PersonState)).one()
    assert [touch.reach for touch in read_touches(state.touches)] == ["answered"]


def test_a_ring_nobody_claimed_is_a_contact(services):
    call = a_call(services, state="reserved")
    assert outcomes.receive(services, a_report(call, "ringing", seconds=1)) == "applied"
    assert read(services, Attempt, id=call).state == "withdrawn"
    assert read(services, Touch).reach == "conversation"
    assert lead_of(services, call).state == "agent"


def test_a_no_in_a_call_nobody_claimed_is_heard(services):
    call = a_call(services, state="withdrawn")
    outcomes.receive(services, a_report(call, "ringing", seconds=1))
    assert hear(services, call, "do_not_call") == "applied"
    assert count(services, Suppression) == 1
    assert count(services, Touch) == 2


def test_an_unanswered_call_is_tried_again_after_the_planned_pause(services):
    call = a_call(services)
    hear(services, call, "no_answer", seconds=25)
    lead = lead_of(services, call)
    assert lead.state == "open"
    assert lead.due_at == lead.not_before == make.NOON + timedelta(hours=24, seconds=25)


def test_a_lead_whose_plan_has_run_out_is_closed(services):
    call = a_call(services, ordinal=4)
    hear(services, call, "no_answer")
    assert lead_of(services, call).closed_because == "exhausted"


def test_a_callback_waits_for_the_time_the_person_named(services):
    call = a_call(services)
    hear(services, call, "callback", callback_at=make.NOON + 2 * HOUR)
    lead = lead_of(services, call)
    assert (lead.state, lead.callback_at, lead.due_at) == (
        "open", make.NOON + 2 * HOUR, make.NOON + 2 * HOUR,
    )  # fmt: skip


def test_a_callback_without_a_time_goes_to_a_person(services):
    call = a_call(services)
    hear(services, call, "callback")
    assert lead_of(services, call).state == "agent"


def test_a_callback_missed_by_fifteen_minutes_goes_to_a_person(services):
    call = a_call(services)
    hear(services, call, "callback", callback_at=make.NOON + 2 * HOUR)
    services.clock.advance(2 * HOUR + 15 * MINUTE - timedelta(seconds=1))
    assert outcomes.reconcile(services).missed_callbacks == 0
    services.clock.advance(timedelta(seconds=1))
    assert outcomes.reconcile(services).missed_callbacks == 1
    assert lead_of(services, call).state == "agent"


def test_the_dialer_leaves_a_callback_that_was_missed_to_a_person(services):
    call = a_call(services)
    hear(services, call, "callback", callback_at=make.NOON + 2 * HOUR)
    with services.transaction() as session:
        due = make.NOON + 2 * HOUR + 15 * MINUTE
        campaign_id = session.get_one(Attempt, call).campaign_id
        assert leads.due_now(session, campaign_id, now=due - MINUTE, limit=9)
        assert not leads.due_now(session, campaign_id, now=due, limit=9)


def test_a_late_report_about_an_earlier_call_leaves_a_promised_callback_alone(services):
    first = a_call(services)
    hear(services, first, "silent")
    with services.transaction() as session:
        lead = session.get_one(Lead, session.get_one(Attempt, first).lead_id)
        second = make.an_attempt(session, lead, ordinal=2).id
    hear(services, second, "callback", callback_at=make.NOON + 2 * HOUR)
    hear(services, first, "machine")
    assert lead_of(services, second).callback_at == make.NOON + 2 * HOUR


@pytest.mark.parametrize("days", [-400, 400])
def test_a_no_in_a_call_was_said_during_the_call_whatever_the_carriers_clock_says(services, days):
    call = a_call(services)
    report = a_report(call, disposition="refused", seconds=days * 86_400)
    outcomes.receive(services, report)
    assert read(services, Refusal).at == make.NOON


def test_conversations_and_acceptances_count_for_the_source(services):
    hear(services, a_call(services), "accepted")
    hear(services, a_call(services), "undecided")
    hear(services, a_call(services), "no_answer")
    source = read(services, LeadSource, name="crm")
    assert (source.conversations, source.acceptances) == (2, 1)


def test_a_call_that_never_left_is_no_contact(services):
    call = a_call(services)
    outcomes.not_placed(services, call, Failure.NOT_SENT)
    assert read(services, Attempt, id=call).state == "withdrawn"
    assert count(services, Touch) == 0
    assert lead_of(services, call).due_at == make.NOON + HOUR / 4


def test_a_call_believed_unsent_that_rang_after_all_is_a_contact(services):
    call = a_call(services)
    outcomes.not_placed(services, call, Failure.NOT_SENT)
    outcomes.receive(services, a_report(call, "ringing", seconds=1))
    assert read(services, Touch).reach == "conversation"


def test_a_number_the_network_rejects_is_suppressed(services):
    call = a_call(services)
    outcomes.not_placed(services, call, Failure.REJECTED)
    assert read(services, Suppression).cause == "operator"


def test_a_doubt_stays_live_until_it_cannot_be_going_on(services):
    call = a_call(services)
    outcomes.not_placed(services, call, Failure.UNKNOWN)
    assert read(services, Attempt, id=call).state == "unresolved"
    longest = timedelta(seconds=25 + services.settings.talk_seconds_max) + 10 * MINUTE
    services.clock.advance(longest - timedelta(seconds=1))
    assert outcomes.reconcile(services).unknown == 0
    services.clock.advance(timedelta(seconds=1))
    assert outcomes.reconcile(services).unknown == 1
    assert read(services, Attempt, id=call).state == "unknown"
    assert read(services, Touch).reach == "conversation"
    assert lead_of(services, call).state == "agent"


def test_evidence_resolves_a_call_that_ended_unknown(services):
    call = a_call(services)
    services.clock.advance(2 * HOUR)
    outcomes.reconcile(services)
    assert hear(services, call, "do_not_call", words="Не звоните") == "applied"
    assert read(services, Attempt, id=call).state == "ended"
    assert read(services, Touch, disposition="do_not_call").corrects_id is not None
    assert count(services, Suppression) == 1


def test_late_evidence_redials_nobody_whose_call_ended_unknown(services):
    call = a_call(services)
    services.clock.advance(2 * HOUR)
    outcomes.reconcile(services)
    assert hear(services, call, "no_answer") == "applied"
    assert lead_of(services, call).state == "agent"


def test_a_person_may_have_a_lead_redialled_whose_call_ended_unknown(services):
    call = a_call(services)
    services.clock.advance(2 * HOUR)
    outcomes.reconcile(services)
    with services.transaction() as session:
        outcomes.resolve(session, call, "no_answer", by=make.AGENT, now=services.clock.now())
    assert lead_of(services, call).state == "open"


def test_a_call_with_no_report_is_doubted_a_minute_after_its_ring_limit(services):
    call = a_call(services)
    services.clock.advance(timedelta(seconds=84))
    assert outcomes.reconcile(services).doubted == 0
    services.clock.advance(timedelta(seconds=1))
    assert outcomes.reconcile(services).doubted == 1
    assert read(services, Attempt, id=call).state == "unresolved"


def test_a_person_can_resolve_a_doubt(services):
    call = a_call(services, state="unresolved")
    with services.transaction() as session:
        outcomes.resolve(session, call, "refused", by=make.AGENT, now=make.NOON)
    assert read(services, Refusal).taken_by == "Agata"
    assert read(services, Attempt, id=call).state == "ended"


def test_a_known_end_is_not_resolved_but_corrected(services):
    call = a_call(services)
    hear(services, call, "refused")
    with (
        pytest.raises(outcomes.receiving.NothingToResolve),
        services.transaction() as session,
    ):
        outcomes.resolve(session, call, "accepted", by=make.AGENT, now=make.NOON)


def test_an_expired_reservation_is_withdrawn_and_its_lead_due_again(services):
    call = a_call(services, state="reserved")
    with services.transaction() as session:
        history.touch_leads(session, [read(services, Attempt).person_id], make.NOON)
    services.clock.advance(timedelta(seconds=120))
    assert outcomes.reconcile(services).expired == 1
    attempt = read(services, Attempt, id=call)
    assert (attempt.state, attempt.outcome) == ("withdrawn", "expired")
    assert lead_of(services, call).due_at == services.clock.now()


def test_a_reservation_whose_message_may_be_lost_is_sent_again(services):
    call = a_call(services, state="reserved", sent_at=make.NOON)
    with services.transaction() as session:
        soon, late = make.NOON + timedelta(seconds=19), make.NOON + timedelta(seconds=20)
        assert outcomes.to_resend(session, soon) == []
        assert outcomes.to_resend(session, late) == [call]
        assert outcomes.to_resend(session, make.NOON + timedelta(seconds=120)) == []


def test_a_call_that_rings_at_somebody_silenced_meanwhile_is_cancelled(services):
    with services.transaction() as session:
        anna = make.a_person(session)
        lead = make.a_lead(session, make.a_campaign(session), person=anna)
        call = make.an_attempt(session, lead, state="ringing").id
    e164 = read(services, Number).e164
    services.carrier.dial(Dial(call, e164, None, 25, "ru", "sim", "rings out"))
    with services.transaction() as session:
        refusals.suppress(
            session, person_id=anna.id, cause="minor", source="crm", by=make.OFFICER, now=make.NOON
        )
    assert outcomes.reconcile(services).cancelled == 1
    assert read(services, SimulatedCall).cancelled_at == make.NOON


def test_a_late_no_cancels_the_call_that_rings_again(services):
    call = a_call(services)
    hear(services, call, "no_answer", seconds=20)
    with services.transaction() as session:
        lead = session.get_one(Lead, read(services, Attempt, id=call).lead_id)
        again = make.an_attempt(session, lead, state="ringing", ordinal=2).id
    e164 = read(services, Number).e164
    services.carrier.dial(Dial(again, e164, None, 25, "ru", "sim", "rings out"))
    hear(services, call, "do_not_call", seconds=21)
    assert read(services, SimulatedCall).cancelled_at == make.NOON


ENDS = ("no_answer", "declined", "refused", "do_not_call", "complaint", "accepted", "machine")


@pytest.mark.parametrize("seed", range(12))
def test_any_order_and_repetition_of_reports_comes_to_the_same(services, seed):
    roll = random.Random(seed)
    end = roll.choice(ENDS)
    in_order, shuffled = a_call(services), a_call(services)

    def story(call: UUID) -> list[CarrierReport]:
        return [
            a_report(call, "ringing", seconds=1),
            a_report(call, "answered", seconds=5),
            a_report(call, "ended", seconds=20, disposition=end, words="слова", talk_seconds=15),
        ]

    for report in story(in_order):
        outcomes.receive(services, report)
    mixed = story(shuffled) * 2
    roll.shuffle(mixed)
    for report in mixed:
        outcomes.receive(services, report)
    assert what_is_known(services, in_order) == what_is_known(services, shuffled)


def what_is_known(services: Services, call: UUID) -> tuple[Any, ...]:
    """Give what deciding and people will see of a call, without its ids."""
    with services.sessions() as session:
        attempt = session.get_one(Attempt, call)
        state = session.get_one(PersonState, attempt.person_id)
        lead = session.get_one(LeadProgress, attempt.lead_id)
        touches = [
            (touch.at, touch.reach, touch.talk_seconds) for touch in read_touches(state.touches)
        ]
        refusals = [(no.at, no.kind) for no in read_refusals(state.refusals)]
        return (
            touches, refusals, state.suppressed, attempt.outcome, attempt.state, lead.state,
            lead.closed_because, lead.due_at,
        )  # fmt: skip
