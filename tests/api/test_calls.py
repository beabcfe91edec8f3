"""Calls, carrier events, decisions, stops and the record, over HTTP."""

from uuid import uuid4

import pytest

from orchestrator import admission, sealing
from orchestrator.store import people
from tests import make


@pytest.fixture
def lead(services):
    with services.transaction() as session:
        return make.a_due_lead(session, make.a_campaign(session))


@pytest.fixture
def call(services, lead):
    with services.transaction() as session:
        return make.an_attempt(session, session.merge(lead), state="dialing")


def event(call_id: object, **said: object) -> dict:
    return {
        "event_id": uuid4().hex, "attempt_id": str(call_id), "kind": "ended",
        "at": make.NOON.isoformat(), "disposition": "refused", "words": "Нет, спасибо", **said,
    }  # fmt: skip


def test_a_carrier_reports_a_no_and_the_call_ends_with_it(carrier, manager, call):
    assert carrier.post("/v1/carrier-events", event(call.id)).json() == {"effect": "applied"}
    seen = manager.get(f"/v1/calls/{call.id}").json()
    assert (seen["state"], seen["outcome"]) == ("ended", "refused")
    assert [each["kind"] for each in seen["events"]] == ["ended"]


def test_the_same_event_sent_again_changes_nothing(carrier, manager, call):
    told = event(call.id)
    effects = [carrier.post("/v1/carrier-events", told).json()["effect"] for _ in range(2)]
    assert effects == ["applied", "repeated"]


def test_an_event_about_no_call_of_ours_is_kept_and_said_so(carrier):
    answer = carrier.post("/v1/carrier-events", event(uuid4()))
    assert (answer.status_code, answer.json()["effect"]) == (202, "unknown_call")


@pytest.mark.parametrize("role", ["manager", "officer", "auditor", "agent", "admin"])
def test_only_a_carrier_reports_events(request, role):
    answer = request.getfixturevalue(role).post("/v1/carrier-events", event(uuid4()))
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "said",
    [
        {"disposition": "delighted"}, {"kind": "exploded"}, {"at": "yesterday"},
        {"at": "2026-03-03T10:00:00"}, {"attempt_id": "one"}, {"talk_seconds": -1},
        {"talk_seconds": 10**9}, {"cause": 9999}, {"event_id": ""},
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_is_turned_away(carrier, said):
    assert carrier.post("/v1/carrier-events", event(uuid4(), **said)).status_code == 422


def test_a_doubt_is_resolved_by_a_person_once(services, agent, lead):
    with services.transaction() as session:
        call = make.an_attempt(session, session.merge(lead), state="unresolved")
    path = f"/v1/calls/{call.id}/resolve"
    assert agent.post(path, {"disposition": "no_answer"}).json()["outcome"] == "no_answer"
    again = agent.post(path, {"disposition": "no_answer"})
    assert again.json()["type"] == "/problems/call.nothing_to_resolve"
    assert agent.post(path, {"disposition": "happy"}).json()["type"] == (
        "/problems/disposition.unknown"
    )


def test_a_disposition_made_weaker_waits_for_another_officer(carrier, agent, officer, call):
    carrier.post("/v1/carrier-events", event(call.id, disposition="do_not_call"))
    (touch,) = agent.get(f"/v1/people/{call.person_id}").json()["history"]
    asked = agent.post(
        "/v1/corrections",
        {"touch_id": touch["id"], "disposition": "callback", "why": "wrong button"},
    ).json()
    assert asked["acts"] is False
    assert agent.get(f"/v1/people/{call.person_id}").json()["silenced"] is True
    settled = officer.post(
        f"/v1/corrections/{asked['correction_id']}/settle",
        {"accept": True, "evidence": "recording 118"},
    )
    assert settled.json()["settled"] == "accepted"
    assert agent.get(f"/v1/people/{call.person_id}").json()["silenced"] is False


def test_live_calls_are_listed_apart_from_those_that_ended(carrier, manager, call):
    assert [each["id"] for each in manager.get("/v1/calls?state=live").json()["items"]] == [
        str(call.id)
    ]
    carrier.post("/v1/carrier-events", event(call.id))
    assert manager.get("/v1/calls?state=live").json()["items"] == []


def test_a_decision_is_listed_by_lead_and_replays_the_same(services, manager, auditor, lead):
    admission.admit(services, on_reserved=lambda ids: None)
    (decision,) = manager.get(f"/v1/decisions?lead_id={lead.id}").json()["items"]
    assert (decision["moment"], decision["verdict"]["ruling"]) == ("admission", "clear")
    assert auditor.get(f"/v1/decisions/{decision['id']}/replay").json()["outcome"] == "equal"


def test_a_decision_on_record_says_its_reasons_in_sentences(services, manager, lead):
    with services.transaction() as session:
        number = people.numbers(session, lead.person_id)[0]
    manager.post("/v1/suppressions", {"number": number.e164, "cause": "letter"})
    admission.admit(services, on_reserved=lambda ids: None)
    (decision,) = manager.get(f"/v1/decisions?lead_id={lead.id}&lang=ru").json()["items"]
    (reason,) = decision["verdict"]["reasons"]
    assert reason["code"] == "suppression.listed"
    assert reason["text"].endswith(".")


def test_the_emergency_stop_is_anybodys_and_lifting_it_an_officers(manager, officer):
    assert manager.post("/v1/emergency-stop", {"why": "wrong list"}).status_code == 201
    assert manager.get("/v1/emergency-stop").json()["stopped"] is True
    assert manager.post("/v1/emergency-stop/lift", {"why": "all good"}).status_code == 403
    assert officer.post("/v1/emergency-stop/lift", {"why": "all good"}).status_code == 200
    again = officer.post("/v1/emergency-stop/lift", {"why": "all good"})
    assert again.json()["type"] == "/problems/stop.none"


def test_the_chain_is_whole_and_deeds_are_listed(services, manager, auditor):
    manager.post("/v1/emergency-stop", {"why": "wrong list"})
    sealing.seal(services)
    assert auditor.get("/v1/audit/verify").json()["is_whole"] is True
    deeds = auditor.get("/v1/audit/events?action=stop.everything").json()["items"]
    assert [deed["by"] for deed in deeds] == ["manager"]


def test_every_promise_is_checked_and_none_is_broken(auditor, lead):
    findings = auditor.get("/v1/audit/invariants").json()
    assert {each["promise"] for each in findings} >= {f"P{number}" for number in range(1, 11)}
    assert [each["promise"] for each in findings if each["result"] == "broken"] == []


def test_health_names_each_part_that_is_wrong(anonymous):
    assert anonymous.get("/v1/health/live").json() == {"status": "ok"}
    ready = anonymous.get("/v1/health/ready")
    assert ready.status_code == 503
    assert ready.json()["parts"] == {
        "database": "ok", "clock": "ok", "broker": "not configured", "worker": "never heard of",
    }  # fmt: skip
