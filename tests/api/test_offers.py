"""Topics, offers and scripts over HTTP."""

import pytest

from tests import make


@pytest.fixture
def topic(officer):
    return officer.post("/v1/topics", {"code": "mobile", "title": "Связь"}).json()


@pytest.fixture
def offer(officer, topic):
    body = {"code": "sim", "title": "Сим", "topic_id": topic["id"], "purpose": "marketing"}
    return officer.post("/v1/offers", body).json()


def test_an_offer_belongs_to_a_topic_and_has_a_purpose(manager, offer, topic):
    seen = manager.get(f"/v1/offers/{offer['id']}").json()
    assert (seen["topic_id"], seen["purpose"]) == (topic["id"], "marketing")


def test_a_second_offer_of_the_same_code_is_a_conflict(officer, offer, topic):
    body = {"code": "sim", "title": "Сим", "topic_id": topic["id"], "purpose": "marketing"}
    answer = officer.post("/v1/offers", body)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/offer.code_taken")


def test_category_three_cannot_be_declared(officer, topic):
    body = {
        "code": "a", "title": "a", "topic_id": topic["id"], "purpose": "marketing", "category": 3,
    }  # fmt: skip
    assert officer.post("/v1/offers", body).json()["type"] == "/problems/offer.invalid"


def test_the_topic_of_an_offer_that_was_used_stays(services, officer):
    with services.transaction() as session:
        campaign = make.a_campaign(session)
        other = make.a_topic(session)
    answer = officer("PATCH", f"/v1/offers/{campaign.offer_id}", json={"topic_id": other.id})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/offer.fixed")
    renamed = officer("PATCH", f"/v1/offers/{campaign.offer_id}", json={"title": "Новое имя"})
    assert renamed.json()["title"] == "Новое имя"


def test_a_script_is_kept_once_however_often_it_is_sent(manager):
    versions = [manager.post("/v1/scripts", make.SCRIPT_BODY).json() for _ in range(2)]
    assert versions[0] == versions[1]
    changed = {**make.SCRIPT_BODY, "title": "Другой"}
    assert manager.post("/v1/scripts", changed).json()["version"] == 2


def test_a_script_that_leads_nowhere_says_where(manager):
    nodes = [{**make.SCRIPT_BODY["nodes"][0], "next": "nowhere"}, *make.SCRIPT_BODY["nodes"][1:]]
    answer = manager.post("/v1/scripts", {**make.SCRIPT_BODY, "nodes": nodes})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/script.unreadable")
    assert "nodes" in answer.json()["path"]
