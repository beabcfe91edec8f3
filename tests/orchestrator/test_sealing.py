"""The chain: everything committed is sealed once, in order, and every bend in it is named."""

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from orchestrator import audit, sealing
from orchestrator.services import SYSTEM
from orchestrator.store.record import SEALED
from orchestrator.tables import AuditEvent, Base, Decision
from orchestrator.tables.append_only import APPEND_ONLY
from tests import make

DECISION = (
    "INSERT INTO decision (at, moment, ruling, codes, reasons, policy_hash, input_digest,"
    " requested_by) SELECT '2026-03-03Z', 'screening', 'held', '{hours.closed}',"
    " '[{\"until\": null}]', 'hash', '\\x00', 'takt' FROM generate_series(1, :times)"
)


def note(services, times=1):
    for place in range(times):
        with services.transaction() as session:
            audit.note(
                session, "thing.do", f"thing:{place}", by=SYSTEM, now=make.NOON, at=make.NOON
            )


def decide(services, times=1):
    with services.transaction() as session:
        session.execute(text(DECISION), {"times": times})


def bend(services, statement):
    """Change the record as somebody with the database's own keys could."""
    with services.transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(statement))


def bare(services, statement):
    """Say it to the database as our own code could."""
    with services.transaction() as session:
        session.execute(text(statement))


def verified(services):
    with services.transaction() as session:
        return sealing.verify(session)


@pytest.fixture
def sealed(services):
    """Five decisions and five deeds, chained."""
    decide(services, 5)
    note(services, 5)
    sealing.seal(services)
    return services


def test_everything_committed_is_sealed_once(services):
    decide(services, 3)
    note(services, 2)
    assert sealing.seal(services) == 5
    assert sealing.seal(services) == 0
    report = verified(services)
    assert (report.sealed, report.unsealed, report.is_whole) == (5, 0, True)


def test_what_is_not_sealed_yet_is_said_to_be_waiting(sealed):
    note(sealed, 3)
    report = verified(sealed)
    assert (report.sealed, report.unsealed, report.is_whole) == (10, 3, True)


def test_a_row_of_a_running_transaction_waits_and_nothing_slips_in_before_a_seal(services):
    with services.sessions() as slow:
        audit.note(slow, "thing.do", "slow", by=SYSTEM, now=make.NOON)
        note(services)
        assert sealing.seal(services) == 0
        slow.commit()
    assert sealing.seal(services) == 2
    assert verified(services).is_whole


def test_two_sealers_at_once_seal_everything_once(services):
    decide(services, 500)
    counts = []
    threads = [
        threading.Thread(target=lambda: counts.append(sealing.seal(services))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) + sealing.seal(services) == 500
    assert verified(services).is_whole


@pytest.mark.parametrize(
    "column,value",
    [
        ("ruling", "'clear'"),
        ("until", "'2030-01-01Z'"),
        ("reasons", "'[]'"),
        ("at", "at + interval '1 microsecond'"),
        ("requested_by", "'somebody'"),
    ],
)
def test_an_altered_decision_is_named(sealed, column, value):
    bend(sealed, f"UPDATE decision SET {column} = {value} WHERE id = 3")  # noqa: S608
    report = verified(sealed)
    assert report.altered == ("decision:3",)
    assert not report.removed


def test_an_altered_deed_is_named(sealed):
    bend(sealed, "UPDATE audit_event SET by = 'nobody' WHERE id = 2")
    assert verified(sealed).altered == ("audit:2",)


def test_a_removed_record_is_named(sealed):
    bend(sealed, "DELETE FROM decision WHERE id = 4")
    report = verified(sealed)
    assert report.removed == ("decision:4",)
    assert not report.altered


def test_a_record_removed_with_its_seal_leaves_a_gap_that_is_named(sealed):
    bend(sealed, "DELETE FROM seal WHERE kind = 'decision' AND record_id = 4")
    bend(sealed, "DELETE FROM decision WHERE id = 4")
    assert verified(sealed).removed == ("seal:4..4",)


def test_a_record_slipped_in_behind_the_seals_is_named(sealed):
    bend(
        sealed,
        "INSERT INTO audit_event (id, at, by, role, action, subject, details, xid)"
        " OVERRIDING SYSTEM VALUE VALUES (99, '2026-03-03Z', 'x', 'x', 'x', 'x', '{}', 5)",
    )
    assert verified(sealed).inserted == ("audit:99",)


def test_an_altered_seal_is_named(sealed):
    bend(sealed, "UPDATE seal SET hash = sha256('x') WHERE sequence = 5")
    assert "decision:5" in verified(sealed).altered


def test_walking_only_the_end_sees_the_end(sealed):
    bend(sealed, "UPDATE audit_event SET by = 'nobody' WHERE id = 5")
    with sealed.transaction() as session:
        report = sealing.verify(session, last=3)
    assert (report.sealed, report.altered) == (3, ("audit:5",))


def test_the_chain_goes_on_in_a_database_restored_elsewhere(sealed):
    # A restored database counts its transactions from the start again.
    with sealed.transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("UPDATE audit_event SET xid = xid + 1000000000"))
        session.execute(text("TRUNCATE seal"))
    with sealed.transaction() as session:
        sealing.seal_some(session, limit=100)
    note(sealed, 2)
    assert sealing.seal(sealed) == 2


@pytest.mark.parametrize("table", ["decision", "audit_event", "seal"])
def test_rows_of_the_record_are_never_removed(sealed, table):
    with pytest.raises(IntegrityError, match="added and never changed"):
        bare(sealed, f"DELETE FROM {table}")  # noqa: S608


def test_no_table_of_the_record_is_ever_emptied(services):
    for table in APPEND_ONLY:
        with pytest.raises(IntegrityError, match="added and never changed"):
            bare(services, f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("table,column", [("decision", "ruling"), ("audit_event", "by")])
def test_rows_of_the_record_are_never_changed(sealed, table, column):
    with pytest.raises(IntegrityError, match="added and never changed"):
        bare(sealed, f"UPDATE {table} SET {column} = 'x'")  # noqa: S608


def test_a_seal_covers_every_column_there_is():
    for table in (Decision, AuditEvent):
        columns = [column.name for column in Base.metadata.tables[table.__tablename__].columns]
        assert SEALED[table.__tablename__].split(", ") == columns
