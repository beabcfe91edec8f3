"""What a history, a do-not-call list and a register leave in the database."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.intake.refused import ImportRefused
from orchestrator.store import history
from tests import make

HISTORY = "id;phone;at;result;offer;talk seconds;words;call id"


def test_a_history_fills_the_ledger_and_the_states(importing):
    job = importing.take(
        HISTORY,
        "7;89120001234;01.02.2026 10:00;нет ответа;;;;1",
        "7;89120001234;02.02.2026 10:00;разговор;;60;;2",
        kind="history",
        source="crm",
    )
    assert (job.state, job.accepted) == ("done", 2)
    assert importing.rows(
        "SELECT at, reach, disposition, talk_seconds, source, external_id FROM touch ORDER BY id"
    ) == [
        (datetime(2026, 2, 1, 7, tzinfo=UTC), "rang", "no_answer", 0, "crm", "1"),
        (datetime(2026, 2, 2, 7, tzinfo=UTC), "conversation", "undecided", 60, "crm", "2"),
    ]
    assert importing.rows("SELECT touches_ever FROM person_state") == [(2,)]
    with importing.services.transaction() as session:
        assert history.differences(session) == []


def test_importing_a_history_again_adds_nothing(importing):
    lines = (
        HISTORY,
        "7;89120001234;01.02.2026 10:00;не интересно;;20;не надо;1",
        ";89120001235;01.02.2026 10:00;сбросил;;;;",
        ";89120001235;01.02.2026 10:00;сбросил;;;;",
    )
    first = importing.take(*lines, kind="history")
    before = importing.contents()
    importing.services.clock.advance(timedelta(days=1))
    again = importing.take(*lines, kind="history")
    assert importing.contents() == before
    assert (first.accepted, first.duplicates) == (2, 1)
    assert (again.accepted, again.duplicates) == (0, 3)


def test_a_no_in_a_history_is_a_refusal_with_its_words(importing, services):
    with services.transaction() as session:
        campaign = make.a_campaign(session)
        offer_id = campaign.offer_id
    code, topic_id = importing.rows("SELECT code, topic_id FROM offer")[0]
    importing.take(
        HISTORY, f"7;89120001234;01.02.2026 10:00;отказ;{code};20;не надо мне;1", kind="history"
    )
    assert importing.rows("SELECT kind, offer_id, topic_id FROM refusal") == [
        ("soft", offer_id, topic_id)
    ]
    assert importing.rows("SELECT words FROM quote") == [("не надо мне",)]
    assert importing.rows(
        "SELECT r.touch_id = t.id FROM refusal r JOIN touch t USING (person_id)"
    ) == [(True,)]


def test_a_no_to_an_offer_we_do_not_know_covers_everything_and_warns(importing):
    job = importing.take(HISTORY, "7;89120001234;01.02.2026 10:00;отказ;что-то;;;1", kind="history")
    assert importing.rows("SELECT offer_id, topic_id FROM refusal") == [(None, None)]
    assert job.warnings == 1
    assert importing.rows("SELECT severity, code FROM import_finding") == [
        ("warning", "offer_unknown")
    ]


def test_do_not_call_in_a_history_silences_a_later_lead(importing, in_campaign):
    importing.take(HISTORY, ";89120001234;01.02.2026 10:00;не звонить;;;хватит;1", kind="history")
    in_campaign("phone,name", "89120001234,Анна")
    assert importing.rows(
        "SELECT s.suppressed FROM lead JOIN person_state s USING (person_id)"
    ) == [("do_not_call",)]


def test_a_do_not_call_list_silences_strangers_by_number_and_by_id(importing, in_campaign):
    job = importing.take(
        "id;phone;words", ";89120001234;", "7;;не звоните", kind="do_not_call", source="crm"
    )
    assert (job.accepted, job.rejected) == (2, 0)
    importing.take("id,phone", "7,89120001235", source="crm")
    in_campaign("phone", "89120001234", "89120001235")
    assert (
        importing.rows("SELECT s.suppressed FROM lead JOIN person_state s USING (person_id)")
        == [("do_not_call",)] * 2
    )


def test_a_do_not_call_list_closes_the_leads_of_those_it_names(importing, in_campaign):
    in_campaign("phone", "89120001234", "89120001235")
    importing.take("phone", "89120001234", kind="do_not_call")
    assert importing.rows("SELECT state, closed_because FROM lead_progress") == [
        ("closed", "suppressed")
    ]


def test_a_do_not_call_list_read_again_adds_nothing(importing):
    lines = ("phone;date;reason", "89120001234;01.02.2026;жалоба", "89120001235;;")
    importing.take(*lines, kind="do_not_call")
    before = importing.contents()
    importing.services.clock.advance(timedelta(days=1))
    again = importing.take(*lines, kind="do_not_call")
    assert importing.contents() == before
    assert (again.accepted, again.duplicates) == (0, 2)


def test_a_row_with_neither_number_nor_id_is_rejected(importing):
    job = importing.take("id,phone,words", ",,не звоните", kind="do_not_call")
    assert job.rejected == 1
    assert importing.rows("SELECT code FROM import_finding") == [("person_missing",)]


def test_a_no_under_the_id_of_somebody_elses_call_is_heard(importing):
    ways = {"kind": "history", "source": "crm"}
    importing.take(HISTORY, "7;89120001234;01.02.2026 10:00;нет ответа;;;;1", **ways)
    row = "8;89120001235;02.02.2026 10:00;не звонить;;;хватит;1"
    job = importing.take(HISTORY, row, **ways)
    assert (job.accepted, job.duplicates) == (1, 0)
    assert importing.one("SELECT count(*) FROM suppression") == 1
    again = importing.take(HISTORY, row, "", **ways)
    assert (again.accepted, again.duplicates) == (0, 1)


def test_a_call_that_ends_otherwise_in_a_later_list_is_a_contact_of_its_own(importing):
    ways = {"kind": "history", "source": "crm"}
    importing.take(HISTORY, "7;89120001234;01.02.2026 10:00;нет ответа;;;;1", **ways)
    importing.take(HISTORY, "7;89120001234;01.02.2026 10:00;не звонить;;;хватит;1", **ways)
    assert importing.one("SELECT count(*) FROM suppression") == 1


def test_an_extract_of_a_register_counts_once_it_is_whole(importing):
    ways = {"kind": "registry", "registry": "tps"}
    importing.take("phone", "89120001234", "bad", extracted_at="2026-02-01", **ways)
    job = importing.take("phone", "89120001235", "89120001235", extracted_at="2026-03-01", **ways)
    assert (job.accepted, job.duplicates) == (1, 1)
    assert importing.rows(
        "SELECT e.register, e.extracted_at, e.is_complete, l.e164 FROM registry_extract e"
        " JOIN registry_listing l ON l.extract_id = e.id ORDER BY e.id"
    ) == [
        ("tps", datetime(2026, 1, 31, 21, tzinfo=UTC), True, "+79120001234"),
        ("tps", datetime(2026, 2, 28, 21, tzinfo=UTC), True, "+79120001235"),
    ]


def test_an_extract_has_the_leads_it_names_looked_at_again(importing, in_campaign):
    in_campaign("phone", "89120001234", "89120001235")
    importing.take(
        "phone", "89120001234", kind="registry", registry="tps", extracted_at="2026-03-01"
    )
    assert importing.one("SELECT count(*) FROM lead_progress WHERE due_at IS NOT NULL") == 1


def test_an_extract_of_tomorrow_is_no_extract(importing):
    ways = {"kind": "registry", "registry": "tps"}
    with pytest.raises(ImportRefused):
        importing.receive("phone", "89120001234", extracted_at="2026-03-05", **ways)
