"""Two transactions about one person or one number: whichever commits last, no fact is lost."""

import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select, text

from orchestrator import refusals
from orchestrator.store import history
from orchestrator.tables import Number, PersonNumber, PersonState
from tests import make
from tests.make import MANAGER, NOON

WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND wait_event_type = 'Lock'"
)


def somebody_waits(services) -> bool:
    # A transaction of its own each time: within one, PostgreSQL shows the same activity again.
    with services.sessions() as watch:
        return bool(watch.scalar(WAITING))


def while_it_waits(services, first, second):
    """Do the first thing, begin the second until it waits for the first, then commit both."""
    with ThreadPoolExecutor(1) as pool:
        with services.transaction() as session:
            first(session)
            session.flush()

            def later():
                with services.transaction() as other:
                    second(other)

            other = pool.submit(later)
            deadline = time.monotonic() + 30
            while not other.done() and not somebody_waits(services):
                assert time.monotonic() < deadline
        other.result()


def a_known_person(services):
    with services.transaction() as session:
        person = make.a_person(session)
        history.refresh(session, [person.id])
        return person.id, make.first_number(session, person.id)


def the_number(services, e164):
    with services.sessions() as session:
        return session.scalars(select(Number).where(Number.e164 == e164)).one()


def link(session, person_id, number_id):
    """Say that a person can be reached on a number, as imports and merges do."""
    row = PersonNumber(person_id=person_id, number_id=number_id, rank=1, linked_at=NOON)
    session.add(row)
    history.refresh_numbers(session, [number_id])


def test_linking_somebody_to_a_number_does_not_undo_its_suppression(services):
    _, e164 = a_known_person(services)
    number_id = the_number(services, e164).id

    def suppress(session):
        refusals.suppress(session, e164=e164, cause="letter", source="mail", by=MANAGER, now=NOON)

    newcomer, _ = a_known_person(services)
    while_it_waits(services, suppress, lambda other: link(other, newcomer, number_id))
    assert the_number(services, e164).suppressed == "letter"


def test_two_who_are_linked_to_a_number_at_once_are_both_counted(services):
    _, e164 = a_known_person(services)
    one, other = a_known_person(services)[0], a_known_person(services)[0]
    number_id = the_number(services, e164).id

    while_it_waits(
        services,
        lambda first: link(first, one, number_id),
        lambda second: link(second, other, number_id),
    )
    assert the_number(services, e164).holders == 3


def test_a_state_made_while_a_no_is_recorded_holds_the_no(services):
    person_id, _ = a_known_person(services)

    def refuse(session):
        refusals.record(
            session, person_id=person_id, kind="do_not_call", at=NOON, taken_by="Agata",
            source="crm", external_id="1", by=make.AGENT, now=NOON,
        )  # fmt: skip

    while_it_waits(services, refuse, lambda other: history.refresh(other, [person_id]))
    with services.sessions() as session:
        assert session.get_one(PersonState, person_id).suppressed == "do_not_call"


def test_the_first_state_of_a_person_made_while_a_no_is_recorded_holds_the_no(services):
    with services.transaction() as session:
        person_id = make.a_person(session).id

    def refuse(session):
        refusals.record(
            session, person_id=person_id, kind="do_not_call", at=NOON, taken_by="Agata",
            source="crm", external_id="1", by=make.AGENT, now=NOON,
        )  # fmt: skip

    while_it_waits(services, refuse, lambda other: history.refresh(other, [person_id]))
    with services.sessions() as session:
        assert session.get_one(PersonState, person_id).suppressed == "do_not_call"
