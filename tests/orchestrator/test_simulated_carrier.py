"""The simulated carrier: the same seed, the same people; a network that misbehaves on request."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from orchestrator import outcomes
from orchestrator.services import Services
from orchestrator.store import history
from orchestrator.tables import (
    Attempt,
    CarrierEvent,
    Refusal,
    SimulatedCall,
    SimulatedEvent,
    Touch,
)
from orchestrator.telephony.base import CarrierError, Dial, Failure
from orchestrator.telephony.people import BadTemper, Temper, phrases, play
from orchestrator.telephony.simulated import (
    Faults,
    Misbehaviour,
    SimulatedCarrier,
    deliver_due,
)
from tests import make

ALWAYS = Temper(
    answer=1, busy=0, declined=0, machine=0, voicemail_left=0, silent=0, failed=0, unwanted=0
)
REFUSES = replace(ALWAYS, accepted=0, refused=0, refused_calls=0, do_not_call=1, complaint=0,
                  callback=0, wrong_person=0)  # fmt: skip
RINGS_OUT = replace(ALWAYS, answer=0)


def meet(who: str, temper: Temper, *, seed: int = 1, language: str = "ru") -> Any:
    return play(seed, who, language=language, ring_seconds_max=25, temper=temper)


def with_carrier(services: Services, **facts: Any) -> Services:
    """Give the same services with another simulated carrier."""
    carrier = SimulatedCarrier(sessions=services.sessions, clock=services.clock, **facts)
    return replace(services, carrier=carrier)


def a_dial(attempt_id: UUID | None = None, *, seed: str = "1", **facts: Any) -> Dial:
    facts = {
        "e164": "+79120001234", "caller_id": None, "ring_seconds_max": 25, "language": "ru",
        "offer": "sim", **facts,
    }  # fmt: skip
    return Dial(attempt_id=attempt_id or uuid4(), seed=seed, **facts)


def a_claimed_call(services: Services) -> UUID:
    with services.transaction() as session:
        return make.an_attempt(session, make.a_lead(session, make.a_campaign(session))).id


def rows(services: Services, table: Any) -> list[Any]:
    with services.sessions() as session:
        return list(session.scalars(select(table).order_by(table.id)))


# ------------------------------------------------------------------------------ people


def test_the_same_seed_meets_the_same_person():
    assert [meet(str(who), Temper()) for who in range(50)] == [
        meet(str(who), Temper()) for who in range(50)
    ]


def test_another_seed_meets_other_people():
    assert meet("Anna", Temper(), seed=1) != meet("Anna", Temper(), seed=2)


def test_shares_are_what_the_temper_says():
    met = Counter(meet(str(who), Temper()).disposition for who in range(20_000))
    talks = sum(met[word] for word in Temper().of_talks) + met["undecided"]
    assert talks / 20_000 == pytest.approx(0.35, abs=0.015)
    assert met["accepted"] / talks == pytest.approx(0.07, abs=0.01)
    assert met["refused"] / talks == pytest.approx(0.25, abs=0.02)
    assert met["do_not_call"] / talks == pytest.approx(0.04, abs=0.01)
    assert met["no_answer"] / 20_000 == pytest.approx(0.377, abs=0.015)


def test_whoever_refuses_says_so_in_words_of_their_language():
    assert meet("Anna", REFUSES).words in phrases()["ru"]["do_not_call"]
    assert meet("Anna", REFUSES, language="en").words in phrases()["en"]["do_not_call"]


def test_people_say_the_same_thing_in_many_ways():
    assert len({meet(str(who), REFUSES).words for who in range(200)}) > 8


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("word", [*Temper().of_talks, "undecided"])
def test_every_end_of_a_talk_has_words(language, word):
    assert len(phrases()[language][word]) > 2


def test_a_call_ends_after_it_was_answered_and_rings_before():
    for who in range(500):
        scene = meet(str(who), Temper())
        times = [at for at in (scene.ringing_at, scene.answered_at, scene.ended_at) if at]
        assert times == sorted(times)


def test_nobody_picks_up_after_the_ring_limit():
    scenes = [play(1, str(who), language="ru", ring_seconds_max=10, temper=ALWAYS)
              for who in range(300)]  # fmt: skip
    assert all(scene.answered_at <= 10 for scene in scenes)


def test_shares_that_cannot_be_are_refused():
    with pytest.raises(BadTemper):
        Temper(answer=1.2)
    with pytest.raises(BadTemper):
        Temper(accepted=0.6, refused=0.6)


# ------------------------------------------------------------------------------ dialling


def test_a_second_dial_of_the_same_call_is_seen(services):
    request = a_dial()
    services.carrier.dial(request)
    services.carrier.dial(request)
    assert [call.attempt_id for call in rows(services, SimulatedCall)] == [request.attempt_id] * 2


def test_a_dial_outlives_the_transaction_it_was_made_in(services):
    def dial_and_break() -> None:
        with services.transaction():
            services.carrier.dial(a_dial())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        dial_and_break()
    assert len(rows(services, SimulatedCall)) == 1


def test_lost_reports_are_never_delivered(services):
    services = with_carrier(services, temper=REFUSES, misbehaviour=Misbehaviour(lose=1))
    services.carrier.dial(a_dial())
    assert (len(rows(services, SimulatedCall)), rows(services, SimulatedEvent)) == (1, [])


def test_doubled_reports_carry_the_same_id(services):
    services = with_carrier(services, temper=REFUSES, misbehaviour=Misbehaviour(repeat=1))
    services.carrier.dial(a_dial())
    ids = Counter(event.event_id for event in rows(services, SimulatedEvent))
    assert list(ids.values()) == [2, 2, 2]


def test_late_reports_say_when_it_happened(services):
    bad = Misbehaviour(delay_seconds_max=600)
    services = with_carrier(services, temper=REFUSES, misbehaviour=bad)
    services.carrier.dial(a_dial())
    lateness = [event.deliver_at - event.at for event in rows(services, SimulatedEvent)]
    assert max(lateness) > timedelta(seconds=30)
    assert min(lateness) >= timedelta(0)


def test_a_ringing_call_can_be_cancelled(services):
    services = with_carrier(services, temper=RINGS_OUT)
    request = a_dial()
    services.carrier.dial(request)
    services.clock.advance(timedelta(seconds=5))
    assert services.carrier.cancel(request.attempt_id) is True
    kinds = [(event.kind, event.body) for event in rows(services, SimulatedEvent)]
    assert kinds == [("ringing", {}), ("ended", {"disposition": "cancelled"})]


def test_an_answered_call_goes_on(services):
    services = with_carrier(services, temper=REFUSES)
    request = a_dial()
    services.carrier.dial(request)
    services.clock.advance(timedelta(seconds=25))
    assert services.carrier.cancel(request.attempt_id) is False


def test_a_call_the_network_never_saw_is_not_cancelled(services):
    assert services.carrier.cancel(uuid4()) is False


@pytest.mark.parametrize(
    "faults, failure, rings",
    [
        (Faults(not_sent=1), Failure.NOT_SENT, {0}),
        (Faults(rejected=1), Failure.REJECTED, {0}),
        (Faults(unknown=1), Failure.UNKNOWN, {0, 1}),
    ],
)
def test_a_fault_says_what_may_be_done_next(services, faults, failure, rings):
    services = with_carrier(services, faults=faults)
    rang = set()
    for seed in range(12):
        request = a_dial(seed=str(seed))
        with pytest.raises(CarrierError) as error:
            services.carrier.dial(request)
        assert error.value.failure is failure
        with services.sessions() as session:
            seen = select(func.count()).where(SimulatedCall.attempt_id == request.attempt_id)
            rang.add(session.scalar(seen))
    assert rang == rings


# ------------------------------------------------------------------------------ delivering


def test_nothing_is_delivered_before_its_time(services):
    services.carrier.dial(a_dial(a_claimed_call(services)))
    assert deliver_due(services) == 0


def test_what_is_due_is_received_once(services):
    services = with_carrier(services, temper=REFUSES)
    services.carrier.dial(a_dial(a_claimed_call(services)))
    services.clock.advance(timedelta(minutes=15))
    assert deliver_due(services) == 3
    assert deliver_due(services) == 0
    assert [event.effect for event in rows(services, CarrierEvent)] == ["applied"] * 3
    assert [no.kind for no in rows(services, Refusal)] == ["do_not_call"]


def test_no_more_is_delivered_than_asked_for(services):
    services = with_carrier(services, temper=REFUSES)
    services.carrier.dial(a_dial(a_claimed_call(services)))
    services.clock.advance(timedelta(minutes=15))
    assert deliver_due(services, limit=2) == 2


def test_a_report_that_cannot_be_received_comes_again(services):
    services = with_carrier(services, temper=REFUSES)
    call = a_claimed_call(services)
    services.carrier.dial(a_dial(call))
    with services.transaction() as session:
        bad = session.scalars(select(SimulatedEvent).filter_by(kind="ended")).one()
        bad.body = {**bad.body, "disposition": "vanished"}
    services.clock.advance(timedelta(minutes=15))
    assert deliver_due(services) == 2
    with services.transaction() as session:
        bad = session.scalars(select(SimulatedEvent).filter_by(kind="ended")).one()
        bad.body = {**bad.body, "disposition": "do_not_call"}
    assert deliver_due(services) == 1
    assert rows(services, Attempt)[0].state == "ended"


def test_several_processes_deliver_each_report_once(services):
    services = with_carrier(services, misbehaviour=Misbehaviour(repeat=0.5, delay_seconds_max=60))
    calls = [a_claimed_call(services) for _ in range(25)]
    for call in calls:
        services.carrier.dial(a_dial(call, seed=call.hex))
    services.clock.advance(timedelta(hours=1))
    due = len(rows(services, SimulatedEvent))
    with ThreadPoolExecutor(4) as pool:
        delivered = sum(pool.map(lambda _: deliver_due(services), range(4)))
    assert delivered == due
    assert len(rows(services, Touch)) == len(calls)


@pytest.mark.parametrize("seed", range(3))
def test_a_hostile_network_loses_no_no_that_was_delivered(services, seed):
    bad = Misbehaviour(lose=0.2, repeat=0.3, delay_seconds_max=120)
    services = with_carrier(services, seed=seed, misbehaviour=bad)
    for ordinal in range(30):
        services.carrier.dial(a_dial(a_claimed_call(services), seed=f"{seed}:{ordinal}"))
    for _ in range(40):
        services.clock.advance(timedelta(seconds=30))
        deliver_due(services)
    services.clock.advance(timedelta(hours=1))
    outcomes.reconcile(services)
    with services.sessions() as session:
        assert history.differences(session) == []
        states = Counter(session.scalars(select(Attempt.state)))
        ended = set(session.scalars(select(Touch.attempt_id)))
    told = {event.attempt_id for event in rows(services, CarrierEvent) if event.kind == "ended"}
    assert states == Counter({"ended": len(told), "unknown": 30 - len(told)})
    assert len(ended) == 30
    noes = {
        event.attempt_id
        for event in rows(services, SimulatedEvent)
        if event.body.get("disposition") in {"refused", "refused_calls", "do_not_call", "complaint",
                                             "declined", "unwanted"}
    }  # fmt: skip
    assert {no.attempt_id for no in rows(services, Refusal)} == noes
