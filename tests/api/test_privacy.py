"""Where a name, a number or somebody's words may lie, and that they lie nowhere else."""

import logging

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from orchestrator import invariants, logs, outcomes, sealing, stops
from orchestrator.intake import run
from orchestrator.tables import Base, Touch
from tests import make
from tests.api.conftest import Client
from tests.orchestrator.dialling import admit, place

NAME, DIGITS, WORDS = "Зинаида Меткина", "9120007788", "Меткинслова"
OTHER = "+79120007799"
# What can be erased, or was handed over to be kept: people themselves, what leads say of them,
# the words of a no, inputs of decisions, rows turned away, registers, answers kept for repetition.
MAY_HOLD = {
    "person.name", "number.e164", "lead.reason", "lead.variables", "quote.words",
    "decision_input.body", "import_finding.raw", "import_finding.text_en",
    "import_finding.text_ru", "registry_listing.e164", "simulated_call.e164",
    "simulated_event.body", "idempotency_key.body",
}  # fmt: skip


def places_of(services, marks) -> set[str]:
    """Name every column of every table in which one of these marks is found."""
    found = set()
    with services.sessions() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                found |= {
                    f"{table.name}.{column}"
                    for column, value in row.items()
                    if any(mark in written(value) for mark in marks)
                }
    return found


def written(value: object) -> str:
    """Write a value of any column as text that marks can be looked for in."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


@pytest.fixture
def lived(services, app, role_keys, caplog):
    """A day in which somebody with a name and a number was called and said no in every way."""
    caplog.set_level(logging.DEBUG)
    officer, manager, agent, carrier = (
        Client(app, role_keys[role]) for role in ("officer", "manager", "agent", "carrier")
    )
    with services.transaction() as session:
        campaign = make.a_campaign(session)
        person = make.a_person(session, name=NAME, e164=f"+7{DIGITS}")
        make.a_due_lead(
            session, campaign, person=person, reason=f"{NAME}, ваш тариф {WORDS}",
            variables={"street": WORDS},
        )  # fmt: skip
        person_id = person.id
    (call,) = admit(services)
    place(services, [call])
    ended = {
        "event_id": "1", "attempt_id": call.hex, "kind": "ended", "words": WORDS,
        "at": "2026-03-03T07:00:10+00:00", "disposition": "refused",
    }  # fmt: skip
    assert carrier.post("/v1/carrier-events", ended).status_code == 202
    with services.sessions() as session:
        touch_id = session.query(Touch.id).limit(1).scalar()
    asked = {"touch_id": touch_id, "disposition": "callback", "why": "misheard"}
    correction = agent.act("/v1/corrections", asked).json()["correction_id"]
    settled = {"accept": False, "evidence": "recording 1"}
    assert officer.act(f"/v1/corrections/{correction}/settle", settled).status_code == 200
    for number in (f"+7{DIGITS}", OTHER):
        said = {"number": number, "kind": "do_not_call", "words": WORDS, "taken_by": "Agata"}
        assert agent.act("/v1/refusals", said).status_code == 201
    assert manager.act("/v1/suppressions", {"number": OTHER, "cause": "letter"}).status_code == 201
    lines = f"phone,name,score\n8{DIGITS},{NAME},0.5\n8{DIGITS},{NAME},{WORDS}\n"
    files = {"file": ("list.csv", lines.encode())}
    answer = manager("POST", "/v1/imports", data={"kind": "leads"}, files=files)
    assert answer.status_code in (201, 202), answer.text
    run.advance(services, 1, seconds_max=60)
    for path in (f"people/{person_id}", f"numbers/+7{DIGITS}", f"numbers/{NAME}", "leads"):
        officer.get(f"/v1/{path}")
    agent.act("/v1/refusals", {"number": f"{DIGITS}x{NAME}", "kind": "soft", "taken_by": "A"})
    with services.transaction() as session:
        stops.stop_everything(session, why="drill", by=make.OFFICER, now=services.clock.now())
        invariants.check_all(session, services.clock.now())
    outcomes.reconcile(services)
    sealing.seal(services)
    return services


def test_names_numbers_and_words_lie_only_where_they_can_be_erased(lived):
    assert places_of(lived, [NAME, DIGITS, OTHER[2:], WORDS]) - MAY_HOLD == set()


def test_the_search_for_marks_finds_them_where_they_may_be(lived):
    found = places_of(lived, [NAME, DIGITS, WORDS])
    assert {"person.name", "number.e164", "quote.words", "decision_input.body"} <= found


def test_no_log_line_holds_a_name_a_number_or_words(lived, caplog):
    records = caplog.get_records("setup")
    ours = [record for record in records if not record.name.startswith(("httpx", "asyncio"))]
    lines = [logs.Masked("%(message)s").format(record) for record in ours]
    assert lines
    assert [
        line for line in lines if any(m in line for m in (NAME, DIGITS, OTHER[2:], WORDS))
    ] == []


def test_what_the_database_refuses_is_told_without_the_values(services):
    with pytest.raises(IntegrityError) as refused, services.transaction() as session:
        session.execute(
            text("INSERT INTO quote (refusal_id, words) VALUES (:id, :words)"),
            {"id": 999, "words": WORDS},
        )
    assert WORDS not in str(refused.value)
