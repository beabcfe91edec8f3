"""Files over HTTP: received at once, taken in by workers, every row accounted for."""

import pytest

from orchestrator.intake import run
from tests import make

CSV = (
    "телефон;имя;причина\n"
    "+7 912 000 12 34;Анна Петрова;Интернет подключён 3 марта\n"
    "не номер;Борис;Интернет подключён 4 марта\n"
)


@pytest.fixture
def campaign_id(services):
    with services.transaction() as session:
        return make.a_campaign(session, state="draft").id


def send(client, text: str, *, headers: dict | None = None, **fields: object):
    files = {"file": ("leads.csv", text.encode(), "text/csv")}
    data = {"kind": "leads", **{name: str(value) for name, value in fields.items()}}
    return client("POST", "/v1/imports", files=files, data=data, headers=headers)


@pytest.fixture
def taken_in(services, manager, campaign_id):
    import_id = send(manager, CSV, campaign_id=campaign_id).json()["id"]
    while run.advance(services, import_id, seconds_max=5):
        pass
    return import_id


def test_a_file_is_received_at_once_and_waits_for_a_worker(manager, campaign_id):
    answer = send(manager, CSV, campaign_id=campaign_id)
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    assert answer.json()["filename"] == "leads.csv"


def test_every_row_becomes_a_lead_or_a_rejection(manager, taken_in):
    job = manager.get(f"/v1/imports/{taken_in}").json()
    assert (job["state"], job["rows"], job["accepted"], job["rejected"]) == ("done", 2, 1, 1)
    (finding,) = manager.get(f"/v1/imports/{taken_in}/findings").json()["items"]
    assert (finding["row_number"], finding["severity"]) == (3, "rejection")


def test_rejected_rows_are_downloaded_as_csv(manager, taken_in):
    answer = manager.get(f"/v1/imports/{taken_in}/rejections.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "не номер" in answer.text


def test_the_same_file_again_adds_nobody(services, manager, taken_in, campaign_id):
    again = send(manager, CSV, campaign_id=campaign_id).json()["id"]
    run.advance(services, again, seconds_max=5)
    job = manager.get(f"/v1/imports/{again}").json()
    assert (job["accepted"], job["duplicates"]) == (0, 1)
    assert len(manager.get(f"/v1/leads?campaign_id={campaign_id}").json()["items"]) == 1


def test_the_same_upload_sent_twice_is_one_import(manager, campaign_id):
    key = {"Idempotency-Key": "upload-1"}
    ids = {send(manager, CSV, campaign_id=campaign_id, headers=key).json()["id"] for _ in "ab"}
    assert len(ids) == 1
    other = send(manager, CSV + "x", campaign_id=campaign_id, headers=key)
    assert other.json()["type"] == "/problems/idempotency.mismatch"


@pytest.mark.parametrize(
    "fields, code",
    [
        ({"kind": "weather"}, "import.kind_unknown"),
        ({"campaign_id": 99}, "not_found"),
        ({"campaign_id": "one"}, "request.invalid"),
        ({"options": "{"}, "body.unreadable"),
        ({"options": "[]"}, "body.unreadable"),
        ({"options": '{"zone": "Mars/Olympus"}'}, "import.option_unreadable"),
        ({"kind": "registry"}, "import.option_missing"),
        ({"kind": "history", "campaign_id": 1}, "import.campaign_misplaced"),
    ],
)
def test_an_upload_that_cannot_be_meant_ends_in_its_own_problem(manager, fields, code):
    assert send(manager, CSV, **fields).json()["type"] == f"/problems/{code}"


@pytest.mark.parametrize(
    "body, content_type, status",
    [
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x", 422),
        (b"nonsense", "multipart/form-data", 400),
        (b"{}", "application/json", 415),
        (b"", "multipart/form-data; boundary=x", 422),
    ],
)
def test_a_body_that_is_no_form_is_turned_away(manager, body, content_type, status):
    answer = manager("POST", "/v1/imports", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == status


def test_nobody_fills_the_disk_before_we_know_who_it_is(anonymous):
    assert send(anonymous, CSV).status_code == 401


def test_a_file_name_stays_a_name_whatever_folders_it_claims(manager):
    files = {"file": ("../../etc/passwd", CSV.encode(), "text/csv")}
    answer = manager("POST", "/v1/imports", files=files, data={"kind": "leads"})
    assert answer.json()["filename"] == "passwd"
