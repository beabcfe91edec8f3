"""Every promise is kept by what Takt does, and its check notices when somebody breaks it."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from orchestrator import invariants, jurisdictions, policies, sealing
from orchestrator.tables import Attempt
from tests import make
from tests.orchestrator.dialling import admit, place, run

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def findings(services, check=invariants.check_all):
    with services.transaction() as session:
        return {each.promise: each for each in check(session, services.clock.now())}


def broken(services, check=invariants.check_all):
    """Name the promises that are broken."""
    seen = findings(services, check)
    return {promise for promise, finding in seen.items() if finding.result == "broken"}


def call(services, *, person=None, lead=None):
    """Reserve and dial one lead, and end the call; gives the attempt."""
    if lead is None:
        with services.transaction() as session:
            known = None if person is None else session.merge(person)
            make.a_due_lead(session, make.a_campaign(session), person=known)
    ids = admit(services)
    assert len(ids) == 1
    place(services, ids)
    return ids[0]


@pytest.fixture
def called(services):
    """One call that was reserved, looked at and dialled as it should be."""
    return call(services)


def bend(services, statement, **values):
    """Change anything as somebody with the database's own keys could."""
    with services.transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for each in statement.split("; "):
            session.execute(text(each), values)


def end(services, attempt):
    run(services, "UPDATE attempt SET state = 'ended' WHERE id = :id", id=attempt)


def test_an_ordinary_call_breaks_no_promise(services, called):
    sealing.seal(services)
    results = {promise: finding.result for promise, finding in findings(services).items()}
    kept = ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P10", "state")
    assert results == {**dict.fromkeys(kept, "ok"), "P9": "not applicable"}


def test_the_quick_check_sees_the_last_day(services, called):
    assert broken(services, invariants.check_lately) == set()
    bend(services, "UPDATE decision SET ruling = 'held', codes = '{x}'")
    assert "P4" in broken(services, invariants.check_lately)
    services.clock.advance(2 * DAY)
    assert "P4" not in broken(services, invariants.check_lately)
    assert "P4" in broken(services)


def test_nothing_done_breaks_nothing(services):
    assert broken(services) == set()


SUPPRESSED = (
    "INSERT INTO suppression ({subject}, cause, source, recorded_at, recorded_by)"
    " SELECT {value}, 'do_not_call', 'crm', :at, 'Olga' FROM attempt"
)


@pytest.mark.parametrize("subject", ["person_id", "number_id"])
def test_a_call_after_a_suppression_breaks_the_first_promise(services, called, subject):
    suppressed = SUPPRESSED.format(subject=subject, value=subject)
    run(services, suppressed, at=services.clock.now() + HOUR)
    assert "P1" not in broken(services)
    run(services, "UPDATE suppression SET recorded_at = :at", at=services.clock.now() - HOUR)
    assert findings(services)["P1"].offenders == (f"attempt:{called}",)


def test_a_call_to_a_number_a_suppressed_person_shares_breaks_the_first_promise(services, called):
    with services.transaction() as session:
        e164 = session.scalar(text("SELECT e164 FROM number"))
        sharer = make.a_person(session, e164=e164)
        session.execute(text("UPDATE person_number SET linked_at = :at"), {"at": make.NOON - DAY})
    run(
        services,
        "INSERT INTO suppression (person_id, cause, source, recorded_at, recorded_by)"
        " VALUES (:person, 'complaint', 'crm', :at, 'Olga')",
        person=sharer.id,
        at=make.NOON - HOUR,
    )
    assert "P1" in broken(services)


REFUSED = (
    "INSERT INTO refusal (person_id, at, kind, offer_id, channel, taken_by, source, external_id,"
    " recorded_at) SELECT a.person_id, :at, :kind, c.offer_id, 'call', 'crm', 'crm', '1', :at"
    " FROM attempt a JOIN campaign c ON c.id = a.campaign_id"
)


@pytest.mark.parametrize(
    "kind,days,is_covered",
    [
        ("do_not_call", 4000, True),
        ("complaint", 1, True),
        ("soft", 89, True),
        ("soft", 90, False),
        ("decline", 6, True),
        ("decline", 7, False),
    ],
)
def test_a_call_inside_a_refusal_s_rest_breaks_the_first_promise(
    services, called, kind, days, is_covered
):
    run(services, REFUSED, at=make.NOON - timedelta(days=days), kind=kind)
    assert ("P1" in broken(services)) is is_covered


def another_call(services, attempt, *, before):
    """Pretend the same person had also been called some time before."""
    bend(
        services,
        "INSERT INTO attempt SELECT gen_random_uuid(), lead_id, campaign_id, person_id, number_id,"
        " 0, 'ended', carrier, ring_seconds_max, admission_id, last_look_id,"
        " reserved_at - CAST(:before AS interval), expires_at - CAST(:before AS interval), NULL,"
        " claimed_at - CAST(:before AS interval), NULL, NULL, NULL, 'busy', false"
        " FROM attempt WHERE id = :id",
        before=before,
        id=attempt,
    )


@pytest.mark.parametrize(
    "hours_before,is_exceeded",
    [(1, True), (24, False)],
    ids=["the same calendar day", "the day before"],
)
def test_a_second_call_on_a_calendar_day_breaks_the_second_promise(
    services, called, hours_before, is_exceeded
):
    another_call(services, called, before=timedelta(hours=hours_before))
    assert ("P2" in broken(services)) is is_exceeded


def test_a_fifth_call_in_thirty_days_breaks_the_second_promise(services, called):
    for days in (8, 15, 22):
        another_call(services, called, before=timedelta(days=days))
    assert "P2" not in broken(services)
    another_call(services, called, before=timedelta(days=29))
    assert "P2" in broken(services)


def test_calls_told_by_another_system_count_against_the_second_promise(services, called):
    run(
        services,
        "INSERT INTO touch (person_id, at, channel, outbound, reach, disposition, source,"
        " external_id, recorded_at, recorded_by) SELECT person_id, :at, 'call', true, 'rang',"
        " 'busy', 'old', '1', :at, 'takt' FROM attempt",
        at=make.NOON - HOUR,
    )
    assert "P2" in broken(services)


def test_a_cap_holds_from_the_moment_it_came_into_force(services, called):
    another_call(services, called, before=timedelta(days=3))
    bend(services, "UPDATE policy_version SET activated_at = :at", at=make.NOON + HOUR)
    assert "P2" not in broken(services)


def test_a_number_that_rang_twice_for_one_attempt_breaks_the_third_promise(services, called):
    run(
        services,
        "INSERT INTO simulated_call (attempt_id, e164, at) SELECT attempt_id, e164, at"
        " FROM simulated_call",
    )
    assert findings(services)["P3"].offenders == (f"attempt:{called}",)


def test_a_ring_nobody_claimed_breaks_the_third_promise(services, called):
    bend(services, "UPDATE attempt SET state = 'reserved', claimed_at = NULL")
    assert "P3" in broken(services)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM decision WHERE moment = 'admission'",
        "DELETE FROM decision WHERE moment = 'last_look'",
        "UPDATE decision SET ruling = 'held' WHERE moment = 'last_look'",
        "UPDATE decision SET attempt_id = NULL WHERE moment = 'admission'",
        "UPDATE decision SET policy_hash = 'other' WHERE moment = 'last_look'",
        "UPDATE policy_version SET activated_at = '2030-01-01Z'",
    ],
)
def test_a_call_without_both_verdicts_breaks_the_fourth_promise(services, called, statement):
    bend(services, statement)
    assert findings(services)["P4"].offenders == (f"attempt:{called}",)


def test_a_call_out_of_hours_breaks_the_fifth_promise(services, called):
    bend(services, "UPDATE attempt SET claimed_at = :at", at=make.NOON.replace(hour=3))
    assert "P5" in broken(services)


def test_a_call_that_could_still_ring_after_hours_breaks_the_fifth_promise(services, called):
    last = make.NOON.replace(hour=16, minute=59, second=34)  # 25 seconds of ringing before 20:00.
    bend(services, "UPDATE attempt SET claimed_at = :at", at=last)
    assert "P5" not in broken(services)
    bend(services, "UPDATE attempt SET claimed_at = :at", at=last + timedelta(seconds=1))
    assert "P5" in broken(services)


def change_inputs(services, old, new):
    bend(
        services,
        "UPDATE decision_input SET body ="
        " convert_to(replace(convert_from(body, 'UTF8'), :old, :new), 'UTF8')",
        old=old,
        new=new,
    )


def test_a_call_to_nobody_by_name_breaks_the_sixth_promise(services, called):
    change_inputs(services, "Анна Петрова", "клиент")
    assert "P6" in broken(services)


def test_changed_inputs_break_the_tenth_promise(services, called):
    change_inputs(services, "Анна Петрова", "Анна Иванова")
    assert "P10" in broken(services)


def test_a_row_nobody_accounts_for_breaks_the_seventh_promise(services):
    run(
        services,
        "INSERT INTO import_job (kind, filename, stored_path, sha256, bytes_total, options, state,"
        " rows, accepted, rejected, created_by, created_at) VALUES ('leads', 'a.csv', 'a.csv',"
        " 'x', 1, '{}', 'done', 2, 1, 1, 'Mira', :at)",
        at=make.NOON,
    )
    assert findings(services)["P7"].offenders == ("import:1",)
    run(
        services,
        "INSERT INTO import_finding (import_id, row_number, severity, field, code, text_en,"
        " text_ru, raw) VALUES (1, 3, 'rejection', 'phone', 'number.missing', 'no', 'нет', '{}')",
    )
    assert "P7" not in broken(services)


def test_a_call_to_a_place_nobody_answers_for_breaks_the_eighth_promise(services, called):
    change_inputs(services, '"officer"', "null")
    assert "P8" in broken(services)


def test_a_verdict_that_does_not_say_why_breaks_the_eighth_promise(services, called):
    bend(services, "UPDATE decision SET ruling = 'blocked' WHERE moment = 'admission'")
    assert "P8" in broken(services)


def test_a_bent_record_breaks_the_tenth_promise(services, called):
    sealing.seal(services)
    bend(services, "UPDATE audit_event SET by = 'nobody'; UPDATE decision SET requested_by = 'x'")
    assert "P10" in broken(services)


def test_a_state_row_that_forgot_breaks_the_promise_of_the_state(services, called):
    bend(services, "UPDATE person_state SET consents = ''")
    assert "state" in broken(services)


def test_calls_are_judged_by_the_policy_of_their_time(services, called):
    """A tightening that comes later makes no earlier call wrong."""
    end(services, called)
    with services.transaction() as session:
        document = policies.in_force(session).document
        for entry in document["packs"][0]["guardrails"]:
            if entry["code"] == "hours.closed":
                entry["hours"] = {"mon-fri": ["15:00-16:00"]}
        now = services.clock.now() + HOUR
        said = {"by": make.OFFICER, "now": now}
        version = policies.draft(session, document, why="one hour only", **said)
        policies.activate(session, version.id, **said)
        jurisdictions.accept(session, "KZ", why="counsel agreed", **said)
        assert session.get(Attempt, called).state == "ended"
    services.clock.advance(2 * HOUR)
    assert broken(services) == set()
