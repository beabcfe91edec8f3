"""What a list of leads leaves in the database."""

import csv
import hashlib
from datetime import UTC, datetime, timedelta

from orchestrator import refusals
from orchestrator.intake import jobs
from orchestrator.store import history
from orchestrator.tables import Campaign
from tests import make

HEAD = "id;phone;name;consent;consent date;consent how;consent text;consent document"


def test_every_row_is_a_lead_a_rejection_or_a_duplicate(importing, in_campaign):
    job = in_campaign("phone,score", "89120001234,", "", "bad,", "89120001234,", "89120001235,6")
    assert (job.state, job.rows, job.accepted, job.rejected, job.duplicates, job.empty) == (
        *("done", 4, 1, 2, 1, 1),
    )
    assert importing.rows("SELECT row_number FROM lead") == [(2,)]
    assert importing.rows(
        "SELECT row_number, field, code, raw FROM import_finding ORDER BY row_number"
    ) == [
        (4, "phone", "number_letters", ["bad", ""]),
        (6, "score", "bad_value", ["89120001235", "6"]),
    ]


def test_importing_the_same_file_again_adds_nothing(importing, in_campaign):
    lines = (
        HEAD + ";reason;score;source",
        '7;"89120001234, 89120001235";Анна;да;01.02.2025;сайт;Согласна;d1;тариф растёт;5%;crm',
        "8;89120001234;Пётр;нет;;;;;;;",
        ";89120001236;Ли;да;;;;;;;",
        "7;89120001237;;да;01.03.2025;;;;;;",
    )
    first = in_campaign(*lines)
    before = importing.contents()
    importing.services.clock.advance(timedelta(days=1))
    again = in_campaign(*lines)
    assert importing.contents() == before
    assert (first.accepted, first.duplicates) == (3, 1)
    assert (again.accepted, again.duplicates) == (0, 4)


def test_a_person_of_an_earlier_list_is_counted_as_a_duplicate(importing, in_campaign):
    in_campaign("phone", "89120001234")
    job = in_campaign("phone", "8 (912) 000-12-34", "89120001235")
    assert (job.accepted, job.duplicates) == (1, 1)


def test_a_list_without_a_campaign_makes_people_and_no_leads(importing):
    job = importing.take("phone", "89120001234", "89120001234")
    assert (job.accepted, job.duplicates) == (1, 1)
    assert importing.one("SELECT count(*) FROM lead") == 0


def test_consent_is_kept_with_its_evidence(importing):
    importing.take(HEAD, "7;89120001234;Анна;да;01.02.2025;сайт;Согласна на звонки;doc-7")
    assert importing.rows(
        "SELECT given, given_at, purpose, how, wording, evidence FROM consent"
    ) == [
        (
            *(True, datetime(2025, 1, 31, 21, tzinfo=UTC), "marketing", "сайт"),
            *("Согласна на звонки", "doc-7"),
        )
    ]


def test_a_no_covers_every_purpose_and_has_a_date(importing):
    importing.take(HEAD, "7;89120001234;Анна;нет;;;;")
    assert importing.rows("SELECT given, given_at, purpose FROM consent") == [
        (False, make.NOON, None)
    ]


def consent_stands(importing):
    """Say whether the latest word on record is a yes."""
    words = importing.rows("SELECT given, given_at FROM consent WHERE given_at IS NOT NULL")
    yes = max((at for given, at in words if given), default=None)
    no = max((at for given, at in words if not given), default=None)
    return yes is not None and (no is None or yes > no)


def test_of_a_yes_and_a_no_in_one_file_the_no_wins_whatever_their_dates(importing):
    yes, no = "7;89120001234;Анна;да;01.02.2026;;;", "7;89120001234;Анна;нет;01.02.2025;;;"
    job = importing.take(HEAD, no, yes)
    assert not consent_stands(importing)
    assert job.warnings == 1
    importing.take(HEAD, no, yes)
    assert not consent_stands(importing)


def test_of_a_yes_and_a_no_far_apart_in_one_file_the_no_wins(importing):
    others = [f"{n};+7912001{n:04d};;;;;;" for n in range(10, 10_010)]
    yes, no = "7;89120001234;Анна;да;01.02.2026;;;", "7;89120001234;Анна;нет;01.02.2025;;;"
    job = importing.take(HEAD, yes, *others, no)
    assert job.rows == 10_002
    assert not consent_stands(importing)
    assert importing.take(HEAD, yes, *others, no).accepted == 0
    assert not consent_stands(importing)


def test_a_younger_yes_of_a_later_file_stands_beside_an_older_no(importing):
    importing.take(HEAD, "7;89120001234;Анна;нет;01.02.2025;;;")
    importing.take(HEAD, "7;89120001234;Анна;да;01.02.2026;сайт;Согласна;d")
    assert consent_stands(importing)


def test_an_imported_yes_lifts_no_refusal(importing, in_campaign):
    importing.take(HEAD, "7;89120001234;Анна;;;;;")
    (person_id,) = importing.rows("SELECT id FROM person")[0]
    with importing.services.transaction() as session:
        refusals.record(
            session, person_id=person_id, kind="do_not_call", at=make.NOON, taken_by="Agata",
            source="takt", external_id="1", by=make.AGENT, now=make.NOON,
        )  # fmt: skip
    in_campaign(HEAD, "7;89120001234;Анна;да;02.03.2026;сайт;Согласна;d")
    assert importing.rows("SELECT lifted_at FROM suppression") == [(None,)]
    assert importing.rows("SELECT suppressed FROM person_state") == [("do_not_call",)]


def test_the_states_are_what_the_ledger_makes_of_them(importing, in_campaign):
    in_campaign(HEAD, "7;89120001234;Анна;да;01.02.2025;;;", ";89120001235;;;;;;")
    in_campaign(HEAD, "7;89120001234;Анна;нет;01.02.2026;;;", "8;89120001234;;;;;;")
    with importing.services.transaction() as session:
        assert history.differences(session) == []
    assert importing.one("SELECT count(*) FROM person_state") == 3


def test_a_reason_is_rendered_from_the_template_of_the_campaign(importing, services, campaign_id):
    with services.transaction() as session:
        template = "вы искали {signal} {signal_at}, у вас тариф {tariff}"
        session.get_one(Campaign, campaign_id).reason_template = template
    importing.take(
        "phone;сигнал;дата сигнала;tariff",
        "89120001234;роуминг;01.02.2026;Плюс",
        "89120001235;роуминг;;Плюс",
        campaign_id=campaign_id,
    )
    words = "вы искали роуминг 01.02.2026, у вас тариф Плюс"
    digest = hashlib.md5(words.encode(), usedforsecurity=False).digest()
    assert importing.rows("SELECT reason, reason_facts, reason_hash FROM lead ORDER BY id") == [
        (words, 3, digest),
        (None, 0, None),
    ]


def test_one_reason_for_all_is_counted_as_shared(importing, in_campaign):
    in_campaign("phone,reason", *(f"8912000{n:04d},Специально для вас" for n in range(5)))
    assert importing.rows("SELECT leads FROM campaign_reason") == [(5,)]
    assert importing.one("SELECT leads FROM campaign") == 5


def test_what_was_said_of_a_lead_is_kept(importing, in_campaign):
    in_campaign(
        "phone;score;level;signal;signal date;source;tariff",
        "89120001234;5%;4;поиск;01.02.2026;партнёр;Плюс",
    )
    assert importing.rows(
        "SELECT score, level, signal, signal_at, source, variables FROM lead"
    ) == [(0.05, 4, "поиск", datetime(2026, 1, 31, 21, tzinfo=UTC), "партнёр", {"tariff": "Плюс"})]
    assert importing.rows("SELECT name FROM lead_source") == [("партнёр",)]


def test_a_changed_fact_has_the_open_leads_of_the_person_looked_at_again(importing, in_campaign):
    in_campaign("id,phone", "7,89120001234")
    importing.services.clock.advance(timedelta(hours=1))
    importing.take("id,phone,name", "7,89120001234,Анна")
    due = make.NOON + timedelta(hours=1)
    assert importing.rows("SELECT due_at FROM lead_progress") == [(due,)]


def test_a_lead_added_to_a_running_campaign_is_looked_at_at_once(importing, services):
    with services.transaction() as session:
        campaign_id = make.a_campaign(session, state="running").id
    importing.take("phone", "89120001234", campaign_id=campaign_id)
    assert importing.rows("SELECT due_at FROM lead_progress") == [(make.NOON,)]


def test_a_refused_file_writes_nothing_but_why(importing, in_campaign):
    job = in_campaign("phone,name", "89120001234,Анна", '89120001235,"Анна')
    assert job.state == "refused"
    assert job.problem == {
        "code": "import.quote_unclosed",
        "row": 3,
        "en": "row 3: a quoted cell that starts in this row never ends",
        "ru": "строка 3: кавычка, открытая в этой строке, нигде не закрыта",
    }
    assert importing.one("SELECT count(*) FROM person") == 0


def test_the_import_remembers_what_each_title_was_taken_for(in_campaign):
    job = in_campaign("Телефон;Имя;Тариф", "89120001234;Анна;Плюс")
    assert job.columns["fields"] == {"name": "Имя", "phone": ["Телефон"]}
    assert job.columns["variables"] == {"тариф": "Тариф"}


def test_rejections_come_as_csv_that_no_spreadsheet_computes(importing):
    job = importing.take("phone;name;score", "+7 912 000 12 34;=1+1;7", "bad;@a;-1")
    with importing.services.transaction() as session:
        table = list(csv.reader(jobs.rejections_csv(session, job.id)))
    assert table == [
        ["row", "field", "code", "reason", "причина", "phone", "name", "score"],
        [
            *("2", "score", "bad_value", "`7` cannot be read as score"),
            *("`7` нельзя прочесть как score", "'+7 912 000 12 34", "'=1+1", "7"),
        ],
        [
            *("3", "phone", "number_letters"),
            "`bad` has letters or signs where digits should be",
            "в `bad` на месте цифр стоят буквы или знаки",
            *("bad", "'@a", "'-1"),
        ],
    ]
