"""A campaign over HTTP, from its draft to its end."""

from datetime import timedelta

import pytest

from orchestrator import screening
from orchestrator.tables import Campaign
from tests import make


@pytest.fixture
def draft(services, manager):
    with services.transaction() as session:
        offer, script = make.an_offer(session), make.a_script(session)
    body = {"name": "Март", "offer_id": offer.id, "script_version_id": script.id}
    return manager.post("/v1/campaigns", body)


@pytest.fixture
def with_leads(services, draft):
    """A draft with three leads: two that may be called, one who has no reason to be."""
    campaign_id = draft.json()["id"]
    with services.transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        for reason in ("Интернет подключён 3 марта", "Интернет подключён 4 марта", None):
            facts = {"reason": reason, "reason_facts": int(reason is not None)}
            make.a_due_lead(session, campaign, **facts)
    return campaign_id


def test_a_campaign_is_made_as_a_draft_that_calls_nobody(draft):
    assert draft.status_code == 201
    assert draft.json()["state"] == "draft"
    assert draft.headers["etag"] == '"1"'


def test_a_campaign_of_an_offer_that_is_not_there_is_not_found(manager):
    answer = manager.post("/v1/campaigns", {"name": "Март", "offer_id": 99, "script_version_id": 1})
    assert (answer.status_code, answer.json()["what"]) == (404, "offer")


def test_an_edit_without_a_version_is_turned_away(manager, draft):
    answer = manager("PATCH", f"/v1/campaigns/{draft.json()['id']}", json={"lines_max": 5})
    assert (answer.status_code, answer.json()["type"]) == (428, "/problems/precondition.required")


def test_an_edit_of_an_older_version_is_turned_away(manager, draft):
    path = f"/v1/campaigns/{draft.json()['id']}"
    etag = {"If-Match": draft.headers["etag"]}
    first = manager("PATCH", path, json={"lines_max": 5}, headers=etag)
    assert (first.status_code, first.json()["lines_max"]) == (200, 5)
    second = manager("PATCH", path, json={"lines_max": 6}, headers=etag)
    assert (second.status_code, second.json()["type"]) == (412, "/problems/campaign.changed")


def test_an_edit_may_clear_the_end_but_not_the_name(manager, draft):
    path = f"/v1/campaigns/{draft.json()['id']}"
    ends = (make.NOON + timedelta(days=9)).isoformat()
    edited = manager(
        "PATCH", path, json={"ends_at": ends}, headers={"If-Match": draft.headers["etag"]}
    )
    cleared = manager(
        "PATCH", path, json={"ends_at": None, "name": None},
        headers={"If-Match": edited.headers["etag"]},
    )  # fmt: skip
    assert cleared.json()["ends_at"] is None
    assert cleared.json()["name"] == "Март"


def test_a_launch_without_an_idempotency_key_is_turned_away(manager, draft):
    answer = manager.post(f"/v1/campaigns/{draft.json()['id']}/launch", {})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency.required")


def test_a_launch_lists_everything_that_is_missing_at_once(manager, draft):
    answer = manager.act(f"/v1/campaigns/{draft.json()['id']}/launch", {})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/campaign.not_ready")
    assert {each["code"] for each in answer.json()["missing"]} >= {"leads", "script_review"}


def test_a_manager_cannot_answer_for_an_unreviewed_script(manager, with_leads):
    answer = manager.act(f"/v1/campaigns/{with_leads}/launch", {"script_review": "none"})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/role.forbidden")


def test_a_campaign_is_launched_once_however_often_it_is_asked(manager, officer, with_leads):
    officer.post(f"/v1/campaigns/{with_leads}/accept-script", {"review": "none"})
    key = {"Idempotency-Key": "launch-1"}
    answers = [
        manager.post(f"/v1/campaigns/{with_leads}/launch", {}, headers=key) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    events = manager.get(f"/v1/campaigns/{with_leads}/events").json()
    assert [event["became"] for event in events] == ["ready", "running"]


def test_a_campaign_is_paused_resumed_and_stopped_with_who_and_why(officer, with_leads):
    path = f"/v1/campaigns/{with_leads}"
    officer.act(f"{path}/launch", {"script_review": "none"})
    for verb, state in (("pause", "paused"), ("resume", "running"), ("stop", "stopping")):
        answer = officer.post(f"{path}/{verb}", {"why": f"we {verb}"})
        assert (answer.status_code, answer.json()["state"]) == (200, state)
    moves = officer.get(f"{path}/events").json()
    assert [move["why"] for move in moves][-3:] == ["we pause", "we resume", "we stop"]
    assert {move["by"] for move in moves} == {"officer"}


def test_a_pause_without_a_reason_is_turned_away(officer, with_leads):
    officer.act(f"/v1/campaigns/{with_leads}/launch", {"script_review": "none"})
    answer = officer.post(f"/v1/campaigns/{with_leads}/pause", {"why": " "})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/why.missing")


def test_a_preview_counts_who_may_be_called_and_why_not_the_rest(manager, with_leads):
    seen = manager.get(f"/v1/campaigns/{with_leads}/preview?lang=ru").json()
    assert (seen["leads"], seen["not_callable"]) == (3, 1)
    assert [each["code"] for each in seen["first_of_not"]] == ["personal.reason"]
    assert seen["text"].startswith("Можно звонить 2 из 3")


def test_progress_counts_every_lead_once(services, officer, with_leads):
    officer.act(f"/v1/campaigns/{with_leads}/launch", {"script_review": "none"})
    screening.screen(services, with_leads)
    far = officer.get(f"/v1/campaigns/{with_leads}/progress").json()
    assert far["leads"] == 3
    assert far["unscreened"] + far["due"] + far["waiting"] + far["agent"] == 3


def test_leads_are_listed_a_page_at_a_time_and_each_once(manager, with_leads):
    first = manager.get(f"/v1/leads?campaign_id={with_leads}&limit=2").json()
    second = manager.get(first["next"]).json()
    assert len(first["items"]) == 2
    assert second["next"] is None
    assert len({each["id"] for each in first["items"] + second["items"]}) == 3


def test_a_lead_is_explained_in_sentences(manager, with_leads):
    leads = manager.get(f"/v1/leads?campaign_id={with_leads}").json()["items"]
    lead = manager.get(f"/v1/leads/{leads[2]['id']}?lang=ru").json()
    reasons = {reason["code"]: reason["text"] for reason in lead["verdict"]["reasons"]}
    assert "personal.reason" in reasons
    assert all(text.endswith(".") for text in reasons.values())


def test_an_auditor_sees_numbers_and_names_masked(manager, auditor, with_leads):
    seen = auditor.get(f"/v1/leads?campaign_id={with_leads}").json()["items"][0]
    full = manager.get(f"/v1/leads?campaign_id={with_leads}").json()["items"][0]
    assert full["name"] == "Анна Петрова"
    assert seen["name"] == "А. П."
    assert "•" in seen["number"]
    assert seen["number"][-2:] == full["number"][-2:]
