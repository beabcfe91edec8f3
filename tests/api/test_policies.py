"""The house policy over HTTP: read, drafted, tightened; places and days officers answer for."""

import copy

import pytest

from guardrails import Policy, load_pack


@pytest.fixture
def document():
    return copy.deepcopy(Policy((load_pack(),)).document)


def draft(officer, document, why="a test"):
    return officer.post("/v1/policy/versions", {"document": document, "why": why})


def weekly_cap(document):
    return next(
        rule
        for pack in document["packs"]
        for rule in pack["guardrails"]
        if rule["code"] == "frequency.person" and rule["window"] == "calendar(week)"
    )


def test_every_limit_in_force_is_read_with_unit_and_pack(manager):
    policy = manager.get("/v1/policy").json()
    limits = [limit for limit in policy["limits"] if limit["code"] == "quality.score"]
    assert policy["packs"] == ["house.default"]
    assert {limit["pack"] for limit in limits} == {"house.default"}
    assert any(limit["value"] == 0.05 for limit in limits)


def test_a_tighter_version_is_put_in_force_at_once(officer, document):
    weekly_cap(document)["max"] = 1
    version = draft(officer, document).json()
    answer = officer.post(f"/v1/policy/versions/{version['id']}/activate")
    assert (answer.status_code, answer.json()["state"]) == (200, "in_force")
    assert officer.get("/v1/policy").json()["hash"] == version["hash"]


def test_a_looser_version_is_refused_and_says_what_is_missing(officer, document):
    weekly_cap(document)["max"] = 3
    version = draft(officer, document).json()
    answer = officer.post(f"/v1/policy/versions/{version['id']}/activate")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/policy.loosening")
    assert answer.json()["missing"] == ["reason", "second_officer", "back_test"]


def test_a_document_with_an_unknown_guardrail_says_where(officer, document):
    document["packs"][0]["guardrails"].append({"code": "weather.rain"})
    answer = draft(officer, document)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/policy.unreadable")
    assert "weather.rain" in answer.json()["where"]


@pytest.mark.parametrize("packs", [None, 1, "all", [None], [[]], [{"name": 1}], {}])
def test_a_document_of_another_shape_is_no_failure_of_ours(officer, packs):
    assert draft(officer, {"packs": packs}).status_code == 422


def test_a_manager_may_read_but_not_draft(manager, document):
    answer = manager.post("/v1/policy/versions", {"document": document, "why": "a test"})
    assert answer.status_code == 403


def test_an_officer_answers_for_a_place_and_takes_it_back(officer):
    accepted = officer.post("/v1/jurisdictions/KZ/accept", {"why": "our own customers"})
    assert accepted.json()[0]["region"] == "KZ"
    withdrawn = officer.post("/v1/jurisdictions/KZ/withdraw", {"why": "no more"})
    assert withdrawn.json()[0]["withdrawn_by"] == "officer"
    again = officer.post("/v1/jurisdictions/KZ/withdraw", {"why": "no more"})
    assert again.json()["type"] == "/problems/jurisdiction.not_accepted"


def test_a_place_is_written_as_a_code(officer):
    answer = officer.post("/v1/jurisdictions/Rus/accept", {"why": "our own customers"})
    assert answer.json()["type"] == "/problems/jurisdiction.invalid"


def test_a_declared_day_replaces_what_was_declared_before(officer):
    path = "/v1/holidays/RU/2026-03-09"
    for is_holiday in (True, False):
        officer("PUT", path, json={"is_holiday": is_holiday, "why": "decree"})
    assert [(day["day"], day["is_holiday"]) for day in officer.get("/v1/holidays").json()] == [
        ("2026-03-09", False)
    ]


def test_a_day_that_no_calendar_has_is_turned_away(officer):
    answer = officer(
        "PUT", "/v1/holidays/RU/2026-02-30", json={"is_holiday": True, "why": "decree"}
    )
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/request.invalid")
