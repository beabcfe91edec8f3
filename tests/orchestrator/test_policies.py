"""One policy is in force; it tightens at once, and loosens not at all on one officer's word."""

import copy
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from guardrails import Policy, load_pack, read_policy
from orchestrator import jurisdictions, policies
from orchestrator.errors import NotFound
from orchestrator.jurisdictions import BadRegion, NotAccepted
from orchestrator.policies import (
    PolicyBroken,
    PolicyLoosens,
    PolicyNeedsHistory,
    PolicyUnreadable,
    PolicyWithoutWindow,
    ReasonMissing,
)
from orchestrator.roles import RoleForbidden
from orchestrator.tables import AuditEvent, PolicyVersion
from tests import make

HOUSE = Policy((load_pack(),))


def changed(**limits):
    """Give house.default with the limits of its 30-day cap changed."""
    document = copy.deepcopy(HOUSE.document)
    for entry in document["packs"][0]["guardrails"]:
        if entry["code"] == "frequency.person" and entry["window"] == "rolling(P30D)":
            entry.update(limits)
    return document


TIGHTER, LOOSER = changed(max=3), changed(max=5)


def draft(session, document, **said):
    said = {"why": "fewer calls", "by": make.OFFICER, "now": make.NOON, **said}
    return policies.draft(session, document, **said)


def activate(session, version, **said):
    return policies.activate(session, version.id, **{"by": make.OFFICER, "now": make.NOON, **said})


def test_the_house_s_default_is_in_force_when_nobody_configured_anything(services):
    with services.transaction() as session:
        assert policies.in_force(session).hash == HOUSE.hash
    with services.transaction() as session:
        version = session.scalars(select(PolicyVersion)).one()
        assert (version.state, version.activated_by) == ("in_force", "takt")


def test_two_processes_that_start_at_once_install_one_policy(services):
    hashes = []

    def start():
        with services.transaction() as session:
            hashes.append(policies.in_force(session).hash)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with services.transaction() as session:
        assert session.scalar(select(func.count()).select_from(PolicyVersion)) == 1
    assert set(hashes) == {HOUSE.hash}
    assert len(hashes) == 6


def test_a_tighter_version_is_in_force_at_once_and_the_old_one_is_superseded(services):
    with services.transaction() as session:
        activate(session, draft(session, TIGHTER))
    with services.transaction() as session:
        assert policies.in_force(session).hash == read_policy(TIGHTER).hash
        old = session.scalars(select(PolicyVersion).where(PolicyVersion.hash == HOUSE.hash)).one()
        assert (old.state, old.superseded_at) == ("superseded", make.NOON)


def test_a_looser_version_is_refused_and_says_what_is_missing(services):
    with services.transaction() as session:
        version = draft(session, LOOSER)
        with pytest.raises(PolicyLoosens) as caught:
            activate(session, version)
    assert caught.value.fields["missing"] == ["reason", "second_officer", "back_test"]
    assert any("4 → 5" in change for change in caught.value.fields["changes_en"])
    with services.transaction() as session:
        assert policies.in_force(session).hash == HOUSE.hash


def test_a_version_without_one_of_the_old_guardrails_is_refused(services):
    document = copy.deepcopy(HOUSE.document)
    document["packs"][0]["guardrails"] = [
        entry for entry in document["packs"][0]["guardrails"] if entry["code"] != "refusal.final"
    ]
    with services.transaction() as session:
        version = draft(session, document)
        with pytest.raises(PolicyLoosens):
            activate(session, version)


def test_going_back_to_what_was_looser_is_loosening(services):
    with services.transaction() as session:
        activate(session, draft(session, TIGHTER))
        first = session.scalars(select(PolicyVersion).where(PolicyVersion.hash == HOUSE.hash)).one()
        with pytest.raises(PolicyLoosens):
            activate(session, first)


def test_activating_what_is_in_force_changes_nothing(services):
    with services.transaction() as session:
        version = draft(session, TIGHTER)
        activate(session, version)
        again = activate(session, version, now=make.NOON + timedelta(days=1))
        assert again.activated_at == make.NOON


def test_the_same_document_is_drafted_once(services):
    with services.transaction() as session:
        assert draft(session, TIGHTER).id == draft(session, TIGHTER).id


def test_an_unreadable_document_names_pack_and_field(services):
    with services.transaction() as session, pytest.raises(PolicyUnreadable) as caught:
        draft(session, changed(max=0))
    assert caught.value.fields["pack"] == "house.default"
    assert "frequency.person" in caught.value.fields["where"]
    assert "max" in caught.value.fields["where"]


def test_a_policy_without_calling_hours_is_no_policy(services):
    document = {"name": "night", "guardrails": [{"code": "refusal.final"}]}
    with services.transaction() as session, pytest.raises(PolicyWithoutWindow):
        draft(session, document)


def test_only_an_officer_drafts_and_activates(services):
    with services.transaction() as session:
        version = draft(session, TIGHTER)
        with pytest.raises(RoleForbidden):
            draft(session, TIGHTER, by=make.MANAGER)
        with pytest.raises(RoleForbidden):
            activate(session, version, by=make.ADMIN)


def test_a_draft_needs_a_reason(services):
    with services.transaction() as session, pytest.raises(ReasonMissing):
        draft(session, TIGHTER, why=" ")


def test_an_unknown_version_is_not_found(services):
    with services.transaction() as session, pytest.raises(NotFound):
        policies.activate(session, 99, by=make.OFFICER, now=make.NOON)


def test_a_document_somebody_bent_places_no_call(services):
    with services.transaction() as session:
        document = changed(max=2)
        version = draft(session, document)
        activate(session, version)
    with services.transaction() as session:
        session.execute(
            text("UPDATE policy_version SET document = :document WHERE state = 'in_force'"),
            {"document": '{"packs": []}'},
        )
    policies._READ.clear()
    with services.transaction() as session, pytest.raises(PolicyBroken):
        policies.in_force(session)


def test_a_policy_that_looks_further_back_than_the_state_waits_for_its_rebuild(services):
    with services.transaction() as session:
        person = make.a_person(session)
        session.execute(
            text("INSERT INTO person_state (person_id, kept_from) VALUES (:id, :kept)"),
            {"id": person.id, "kept": make.NOON - timedelta(days=10)},
        )
        with pytest.raises(PolicyNeedsHistory):
            activate(session, draft(session, TIGHTER))


def test_a_policy_needs_the_longest_of_its_windows():
    assert policies.window_needed(HOUSE) == timedelta(days=30)
    year = {
        "name": "year",
        "guardrails": [
            {"code": "frequency.person", "max": 9, "window": "rolling(P365D)", "lock_hours": 24}
        ],
    }
    assert policies.window_needed(read_policy(year)) == timedelta(days=366)
    ever = {
        "name": "ever",
        "guardrails": [{"code": "frequency.offer", "max": 9, "window": "ever"}],
    }
    assert policies.window_needed(read_policy(ever)) is None


def test_every_limit_in_force_is_shown_with_its_unit_bounds_and_pack(services):
    with services.transaction() as session:
        limits = list(policies.effective(session))
    (floor,) = [one for one in limits if (one.code, one.name) == ("quality.score", "floor")]
    assert (floor.pack, floor.binding, floor.value) == ("house.default", "house", 0.05)
    assert floor.between == (0, 1)
    assert floor.stricter == "higher"


def test_who_put_a_policy_in_force_is_on_the_record(services):
    with services.transaction() as session:
        activate(session, draft(session, TIGHTER))
        actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == ["policy.draft", "policy.activate"]


def test_an_accepted_place_stays_open_until_it_is_withdrawn(services):
    with services.transaction() as session:
        jurisdictions.accept(
            session, "RU", why="our counsel agreed", by=make.OFFICER, now=make.NOON
        )
        jurisdictions.accept(session, "RU", why="once more", by=make.OFFICER, now=make.NOON)
        assert jurisdictions.accepted(session) == {"RU"}
        jurisdictions.withdraw(session, "RU", why="it changed", by=make.OFFICER, now=make.NOON)
        assert jurisdictions.accepted(session) == frozenset()
        assert len(jurisdictions.acceptances(session)) == 1


@pytest.mark.parametrize("region", ["", "ru", "RUS", "ZZ", "US-FLORIDA", "R1"])
def test_nobody_answers_for_a_place_that_is_none(services, region):
    with services.transaction() as session, pytest.raises(BadRegion):
        jurisdictions.accept(session, region, why="because", by=make.OFFICER, now=make.NOON)


def test_what_nobody_accepted_cannot_be_withdrawn(services):
    with services.transaction() as session, pytest.raises(NotAccepted):
        jurisdictions.withdraw(session, "RU", why="because", by=make.OFFICER, now=make.NOON)


def test_only_an_officer_answers_for_a_place(services):
    with services.transaction() as session, pytest.raises(RoleForbidden):
        jurisdictions.accept(session, "RU", why="because", by=make.MANAGER, now=make.NOON)
