"""Topics come from a list officers keep; what an offer is about is fixed once it was used."""

import pytest

from orchestrator import offers
from orchestrator.errors import NotFound
from orchestrator.offers import BadOffer, CodeTaken, OfferFixed
from orchestrator.roles import RoleForbidden
from tests import make

SAID = {"by": make.OFFICER, "now": make.NOON}


@pytest.fixture
def session(services):
    with services.transaction() as session:
        yield session


@pytest.fixture
def topic(session):
    return offers.add_topic(session, "mobile", "Mobile tariffs", **SAID)


def add(session, topic, **facts):
    facts = {"title": "Add-on SIM", "topic_id": topic.id, "purpose": "marketing", **facts}
    return offers.add(session, facts.pop("code", "addon"), **facts, **SAID)


def test_an_officer_adds_topics_and_offers(session, topic):
    offer = add(session, topic, product="sim", category=2)
    assert (offer.topic_id, offer.product, offer.category) == (topic.id, "sim", 2)
    assert offers.get(session, offer.id) is offer


def test_a_manager_adds_neither(session, topic):
    with pytest.raises(RoleForbidden):
        offers.add_topic(session, "tv", "TV", by=make.MANAGER, now=make.NOON)
    with pytest.raises(RoleForbidden):
        offers.add(
            session, "tv", title="TV", topic_id=topic.id, purpose="marketing",
            by=make.MANAGER, now=make.NOON,
        )  # fmt: skip


def test_a_code_is_taken_once(session, topic):
    add(session, topic)
    with pytest.raises(CodeTaken):
        add(session, topic)
    with pytest.raises(CodeTaken):
        offers.add_topic(session, "mobile", "Mobile again", **SAID)


@pytest.mark.parametrize(
    "facts,field",
    [
        ({"code": "Add On"}, "code"),
        ({"code": ""}, "code"),
        ({"title": " "}, "title"),
        ({"purpose": "fun"}, "purpose"),
        ({"category": 3}, "category"),
        ({"topic_id": 999}, "topic_id"),
    ],
)
def test_an_offer_that_makes_no_sense_names_the_field(session, topic, facts, field):
    with pytest.raises(BadOffer) as caught:
        add(session, topic, **facts)
    assert caught.value.fields["field"] == field


@pytest.mark.parametrize("changes", [{"purpose": "service"}, {"topic_id": 0}])
def test_what_an_offer_is_about_stays_once_a_campaign_used_it(session, topic, changes):
    other = offers.add_topic(session, "tv", "TV", **SAID)
    offer = add(session, topic)
    make.a_campaign(session, offer=offer)
    if "topic_id" in changes:
        changes = {"topic_id": other.id}
    with pytest.raises(OfferFixed):
        offers.edit(session, offer.id, changes, **SAID)


def test_before_its_use_and_in_its_title_an_offer_may_change(session, topic):
    offer = add(session, topic)
    assert offers.edit(session, offer.id, {"purpose": "service"}, **SAID).purpose == "service"
    make.a_campaign(session, offer=offer)
    changes = {"title": "New title", "purpose": "service"}
    assert offers.edit(session, offer.id, changes, **SAID).title == "New title"


def test_the_code_of_an_offer_never_changes(session, topic):
    offer = add(session, topic)
    with pytest.raises(BadOffer, match="code"):
        offers.edit(session, offer.id, {"code": "new"}, **SAID)


def test_an_unknown_offer_is_not_found(session):
    with pytest.raises(NotFound):
        offers.edit(session, 99, {"title": "x"}, **SAID)
    with pytest.raises(NotFound):
        offers.get(session, 99)
