"""The `takt` command, on a real database: what it prints, and how it leaves."""

import json
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from api.cli import app
from orchestrator.clock import SystemClock
from orchestrator.store import lists
from orchestrator.tables import AuditEvent, Campaign, ClockRow
from tests import make

LEADS = (
    "телефон;имя;причина;согласие;дата согласия;способ согласия;текст согласия;"
    "документ согласия;оценка;уровень\n"
    "+7 912 000 12 34;Анна Петрова;Интернет подключён 3 марта;да;01.02.2026;форма;"
    "Согласна на звонки;форма 118;0,08;3\n"
    "не номер;Борис;Интернет подключён 4 марта;;;;;;;\n"
)


@pytest.fixture
def takt(services, database, home, monkeypatch):
    """Run `takt` on the test's database, at a clock that stands at a Tuesday morning."""
    monkeypatch.setenv("TAKT_DATABASE_URL", database)
    monkeypatch.setenv("TAKT_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "200")
    with services.transaction() as session:
        now = SystemClock().now()
        session.add(ClockRow(id=1, real=now, shown=make.NOON, rate=1e-6))

    def run(*words: object):
        return CliRunner().invoke(app, [str(word) for word in words])

    return run


@pytest.fixture
def campaign_id(services, home, takt):
    """A campaign made at the command line, with one lead that may be called."""
    with services.transaction() as session:
        offer, script = make.an_offer(session), make.a_script(session)
        make.an_acceptance(session)
    body = {"name": "Март", "offer_id": offer.id, "script_version_id": script.id}
    (home / "campaign.json").write_text(json.dumps(body), "utf-8")
    (home / "leads.csv").write_text(LEADS, "utf-8")
    made = takt("campaign", "create", home / "campaign.json")
    assert made.exit_code == 0, made.output
    with services.sessions() as session:
        campaign = lists.newest(session, Campaign, after=None, limit=1)[0]
    taken = takt("import", home / "leads.csv", "--campaign", campaign.id)
    assert taken.exit_code == 0, taken.output
    assert "2 rows, 1 accepted, 1 rejected" in taken.output
    return campaign.id


def test_help_is_quick_because_commands_import_late():
    begun = time.monotonic()
    quickest = min(
        _seconds([sys.executable, "-X", "importtime", "-c", "import api.cli"]) for _ in range(2)
    )
    assert quickest < 2, "a loaded machine is slow, but not that slow"
    assert time.monotonic() - begun < 30
    loaded = subprocess.run(
        [sys.executable, "-c", "import api.cli, sys; print(*sorted(sys.modules))"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    heavy = {"sqlalchemy", "pydantic", "fastapi", "celery", "phonenumbers", "holidays", "openpyxl"}
    assert heavy & set(loaded) == set()


def _seconds(command: list[str]) -> float:
    begun = time.monotonic()
    subprocess.run(command, capture_output=True, check=True)
    return time.monotonic() - begun


def test_without_an_installation_a_command_says_how_to_start_one(home, monkeypatch):
    monkeypatch.delenv("TAKT_DATABASE_URL", raising=False)
    monkeypatch.setenv("TAKT_HOME", str(home))
    result = CliRunner().invoke(app, ["campaign", "list"])
    assert result.exit_code == 1
    assert "start it with `takt up`" in result.output
    assert "Traceback" not in result.output


def test_a_database_that_does_not_answer_is_one_clear_line(home, monkeypatch):
    monkeypatch.setenv("TAKT_HOME", str(home))
    monkeypatch.setenv("TAKT_DATABASE_URL", "postgresql+psycopg://takt@127.0.0.1:9/takt")
    result = CliRunner().invoke(app, ["campaign", "list"])
    assert (result.exit_code, "Traceback" in result.output) == (1, False)
    assert "unavailable.database" in result.output


def test_a_misspelt_setting_is_an_error_that_names_it(takt, monkeypatch):
    monkeypatch.setenv("TAKT_SELER", "x")
    result = takt("config")
    assert result.exit_code == 2
    assert "TAKT_SELER" in result.output


def test_config_says_where_a_value_comes_from_and_masks_secrets(takt, database):
    result = takt("config")
    assert "TAKT_DATABASE_URL" in result.output
    assert database not in result.output
    assert "environment" in result.output


def test_a_campaign_is_previewed_launched_and_watched(takt, campaign_id):
    preview = takt("campaign", "preview", campaign_id, "--lang", "ru")
    assert "Можно звонить 1 из 1" in preview.output
    accepted = takt("--role", "officer", "--by", "Olga", "campaign", "accept-script", campaign_id)
    assert "Olga answers for the script" in accepted.output
    launched = takt("campaign", "launch", campaign_id)
    assert launched.exit_code == 0, launched.output
    assert "is running" in launched.output
    screened = takt("screen", campaign_id)
    assert "1 leads looked at, 1 clear" in screened.output
    assert "due" in takt("campaign", "progress", campaign_id).output
    paused = takt("campaign", "pause", campaign_id, "--why", "lunch")
    assert "is paused" in paused.output
    assert "lunch" in takt("campaign", "show", campaign_id).output


def test_a_launch_that_lacks_something_leaves_with_one_and_says_what(takt, campaign_id):
    result = takt("campaign", "launch", campaign_id)
    assert result.exit_code == 1
    assert "an officer accepts" in result.output
    assert "campaign.not_ready" in result.output


def test_a_word_that_was_not_understood_leaves_with_two(takt):
    result = takt("refuse", "+79120001234", "--kind", "angry")
    assert result.exit_code == 2
    assert "do_not_call" in result.output


def test_explain_tells_each_reason_with_its_code_and_when_again(takt, campaign_id):
    takt("--role", "officer", "campaign", "accept-script", campaign_id)
    takt("campaign", "launch", campaign_id)
    clear = takt("explain", "+7 912 000 12 34")
    assert "clear" in clear.output
    night = takt("explain", "8 912 000-12-34", "--lang", "ru", "--at", "2026-03-03T23:00+03:00")
    assert "hours.closed" in night.output
    assert "когда можно: 4 марта 2026, 07:00 UTC" in night.output


def test_a_no_at_the_command_line_silences_and_is_explained_with_its_words(takt, campaign_id):
    no = takt("refuse", "+79120001234", "--kind", "do_not_call", "--words", "Не звоните мне")
    assert no.exit_code == 0, no.output
    told = takt("explain", "+79120001234").output
    assert "Nobody calls this person, for good." in told
    assert "«Не звоните мне»" in told
    assert "refusal.final" in told


def test_a_number_is_suppressed_whoever_holds_it(takt, campaign_id):
    assert takt("suppress", "+79120001234", "--cause", "letter").exit_code == 0
    assert "suppression.listed" in takt("explain", "+79120001234").output


def test_everything_is_stopped_by_anybody_and_goes_on_by_an_officer(takt):
    assert takt("stop-everything", "--why", "wrong list").exit_code == 0
    refused = takt("go-on", "--why", "fixed")
    assert (refused.exit_code, "role.forbidden" in refused.output) == (1, True)
    assert takt("--role", "officer", "go-on", "--why", "fixed").exit_code == 0


def test_a_deed_at_the_command_line_is_on_the_record_with_who(takt, services):
    takt("--by", "Mira", "stop-everything", "--why", "wrong list")
    with services.sessions() as session:
        (deed,) = lists.newest(session, AuditEvent, after=None, limit=1)
    assert (deed.by, deed.role, deed.action) == ("Mira", "manager", "stop.everything")


def test_the_chain_and_the_promises_are_checked(takt, campaign_id):
    assert "The chain is whole." in takt("audit", "verify").output
    promises = takt("audit", "invariants")
    assert promises.exit_code == 0, promises.output
    assert "not applicable" in promises.output


def test_a_broken_promise_leaves_with_one(takt, services, campaign_id):
    with services.transaction() as session:
        make.an_attempt(session, make.a_lead(session, session.get_one(Campaign, campaign_id)))
    assert takt("audit", "invariants").exit_code == 1


def test_a_key_is_shown_when_made_and_never_again(takt):
    secret = takt("keys", "create", "crm", "agent").output.strip()
    assert secret.startswith("takt_")
    listed = takt("keys", "list").output
    assert "crm" in listed
    assert secret not in listed


def test_the_policy_in_force_is_shown_limit_by_limit(takt):
    shown = takt("policy", "show").output
    assert "house.default" in shown
    assert "quality.score" in shown


def test_a_file_that_is_not_there_is_one_clear_line(takt):
    result = takt("import", "nowhere.csv")
    assert (result.exit_code, "Traceback" in result.output) == (2, False)
    assert "no such file" in result.output


def test_a_file_that_cannot_be_imported_leaves_with_one_and_says_why(takt, home):
    (home / "bad.csv").write_text("colour;size\nred;2\n", "utf-8")
    result = takt("import", home / "bad.csv")
    assert result.exit_code == 1
    assert "import." in result.output


def test_a_place_is_accepted_by_an_officer(takt):
    assert takt("accept-jurisdiction", "KZ", "--why", "our own").exit_code == 1
    accepted = takt("--role", "officer", "accept-jurisdiction", "KZ", "--why", "our own")
    assert accepted.exit_code == 0, accepted.output


def test_the_contract_is_printed_as_json(takt):
    assert json.loads(takt("openapi").output)["openapi"].startswith("3.1")
