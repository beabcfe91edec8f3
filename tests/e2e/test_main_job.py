"""The main job, with real processes: launch, dial, hear the no, never call again."""

import time
from collections import Counter

import pytest

from orchestrator import admission, calls
from orchestrator.store import running
from orchestrator.tables import Attempt, Campaign
from tests import make
from tests.e2e.conftest import Installation, eventually

pytestmark = pytest.mark.e2e

SETTLED = """
    SELECT count(*) FROM attempt WHERE campaign_id = :id
    AND state IN ('reserved', 'dialing', 'ringing', 'answered')
"""


def test_a_preview_equals_the_decisions_made_lead_by_lead(installation):
    campaign_id = installation.campaign_of(people=8)
    with installation.sessions.begin() as session:
        for facts in ({"score": 0.01}, {"level": 1}, {"reason": None}):
            make.a_due_lead(session, session.get(Campaign, campaign_id), **facts)
    preview = installation.get(f"/campaigns/{campaign_id}/preview")
    installation.launch(campaign_id)
    first = eventually(lambda: _first_decisions(installation, campaign_id), lambda d: len(d) == 11)
    assert preview["clear_now"] == sum(codes == () for codes in first.values()) == 8
    foreseen = {(lead, count["code"]) for count in preview["every"] for lead in count["sample"]}
    assert foreseen == {(lead, code) for lead, codes in first.items() for code in codes}


def test_a_launched_campaign_is_dialled_by_the_workers_and_every_lead_accounted_for(installation):
    campaign_id = installation.campaign_of(people=25)
    installation.launch(campaign_id)
    _all_called(installation, campaign_id, people=25)
    progress = installation.get(f"/campaigns/{campaign_id}/progress")
    told = progress["due"] + progress["waiting"] + progress["agent"]
    assert told + sum(progress["closed"].values()) == progress["leads"] == 25
    assert installation.broken() == []


def test_a_no_to_one_campaign_takes_the_person_out_of_the_queue_of_another(installation):
    with installation.sessions.begin() as seat:
        # While we hold the seat at the door no worker admits, and the message of what we reserve
        # goes to nobody: a worker that is slow to get round to it.
        eventually(lambda: running.lock_admission(seat), bool)
        with installation.sessions.begin() as session:
            heard_in, queued_in = make.a_campaign(session, state="draft"), make.a_campaign(session)
            person = make.a_person(session)
            make.a_due_lead(session, heard_in, person=person)
            make.a_due_lead(session, queued_in, person=person)
        held = _reserve(installation, queued_in.id)
        installation.post(
            "/refusals", "agent", person_id=person.id, kind="do_not_call", taken_by="Agata",
            words="Не звоните мне больше", campaign_id=heard_in.id,
        )  # fmt: skip
        with installation.sessions() as session:
            attempt = session.get(Attempt, held)
            assert (attempt.state, attempt.outcome) == ("withdrawn", "refusal")
    calls.place(installation.services(), [held])
    assert _rings_of(installation, person.id) == 0


def test_do_not_call_on_one_number_silences_the_other_number_and_who_shares_it(installation):
    shared, other = make.a_mobile(8_001), make.a_mobile(8_002)
    own = make.a_mobile(8_003)
    with installation.sessions.begin() as session:
        campaign = make.a_campaign(session, state="draft", script_accepted_by=None)
        person = make.a_person(session, e164=shared)
        make.a_number(session, person, e164=other, rank=1)
        sharer = make.a_person(session, e164=shared)
        make.a_number(session, sharer, e164=own, rank=1)
        make.a_due_lead(session, campaign, person=person)
        lead = make.a_due_lead(session, campaign, person=sharer)
    said = {"kind": "do_not_call", "taken_by": "Agata", "words": "Больше не звоните"}
    installation.post("/refusals", "agent", person_id=person.id, **said)
    installation.launch(campaign.id)
    eventually(
        lambda: installation.rows("SELECT 1 FROM attempt WHERE lead_id = :id", id=lead.id), bool
    )
    rung = eventually(lambda: _numbers_rung(installation, campaign.id), bool)
    assert rung == {own}
    assert _rings_of(installation, person.id) == 0


def test_importing_the_list_again_with_consent_yes_changes_nothing_of_a_no(installation):
    with installation.sessions.begin() as session:
        campaign = make.a_campaign(session, state="draft", script_accepted_by=None)
    rows = (
        "phone;name;consent;consent date;consent how;consent text;consent document;reason;level;"
        "score\n+7 912 000 80 10;Анна Петрова;yes;01.02.2026;form;I agree;document 1;"
        "Интернет подключён 3 марта;3;0.08\n"
    )
    assert installation.imported(campaign.id, rows)["accepted"] == 1
    (person_id,) = installation.rows(
        "SELECT person_id FROM lead WHERE campaign_id = :id", id=campaign.id
    )[0]
    installation.post(
        "/refusals", "agent", person_id=person_id, kind="do_not_call", taken_by="Agata",
        words="Не звоните",
    )  # fmt: skip
    again = rows.replace("01.02.2026", "02.03.2026").replace("document 1", "document 2")
    installation.imported(campaign.id, again)
    installation.launch(campaign.id)
    standing = installation.get(f"/people/{person_id}", "officer")
    assert standing["silenced"] is True
    assert _rings_of(installation, person_id) == 0


def test_a_refusal_corrected_to_a_callback_keeps_the_person_silent(installation):
    campaign_id = installation.campaign_of(people=40)
    installation.launch(campaign_id)
    (touch_id, person_id) = eventually(
        lambda: installation.rows(
            "SELECT t.id, t.person_id FROM touch t JOIN refusal r ON r.touch_id = t.id"
            " WHERE t.campaign_id = :id AND r.kind <> 'decline'", id=campaign_id,
        ),
        bool,
    )[0]  # fmt: skip
    before = _rings_of(installation, person_id)
    answer = installation.post(
        "/corrections", "agent", touch_id=touch_id, disposition="callback", why="I misheard"
    )
    assert answer["acts"] is False
    _all_called(installation, campaign_id, people=40)
    assert _rings_of(installation, person_id) == before
    assert installation.one(
        "SELECT count(*) FROM refusal WHERE person_id = :id AND lifted_at IS NULL", id=person_id
    )


def test_pausing_reaches_what_is_queued_within_a_second(installation):
    # Slow enough that the campaign is in the middle of its list when it is paused.
    campaign_id = installation.campaign_of(people=60, calls_per_second_max=0.5)
    installation.launch(campaign_id)
    eventually(lambda: installation.rows(
        "SELECT 1 FROM attempt WHERE campaign_id = :id", id=campaign_id), bool)  # fmt: skip
    begun = time.monotonic()
    installation.post(f"/campaigns/{campaign_id}/pause", why="lunch")
    reserved = installation.one(
        "SELECT count(*) FROM attempt WHERE campaign_id = :id AND state = 'reserved'",
        id=campaign_id,
    )
    seconds = time.monotonic() - begun
    assert (reserved, seconds < 1.0) == (0, True)
    dialled = "SELECT count(*) FROM attempt WHERE campaign_id = :id AND claimed_at IS NOT NULL"
    at_pause = installation.one(dialled, id=campaign_id)
    time.sleep(2)  # Several ticks of beat: whatever could still be dialled would have been.
    assert installation.one(dialled, id=campaign_id) == at_pause
    installation.post(f"/campaigns/{campaign_id}/stop", why="enough")


def test_one_person_stops_everything_and_an_officer_lets_it_go_on(installation):
    campaign_id = installation.campaign_of(people=60, calls_per_second_max=0.5)
    installation.launch(campaign_id)
    placed = "SELECT count(*) FROM attempt WHERE campaign_id = :id AND claimed_at IS NOT NULL"
    eventually(lambda: installation.one(placed, id=campaign_id), bool)
    installation.post("/emergency-stop", why="complaints")
    at_stop = installation.one(placed, id=campaign_id)
    time.sleep(2)  # Several ticks of beat.
    assert installation.one(placed, id=campaign_id) == at_stop
    installation.post("/emergency-stop/lift", "officer", why="looked into")
    eventually(lambda: installation.one(placed, id=campaign_id), lambda now: now > at_stop)
    installation.post(f"/campaigns/{campaign_id}/stop", why="enough")


def test_after_all_of_this_every_promise_holds(installation):
    assert installation.broken() == []


# ------------------------------------------------------------------------------ looking


def _first_decisions(installation: Installation, campaign_id: int) -> dict[int, tuple[str, ...]]:
    rows = installation.rows(
        "SELECT DISTINCT ON (lead_id) lead_id, codes FROM decision WHERE campaign_id = :id"
        " AND moment IN ('screening', 'admission') ORDER BY lead_id, id",
        id=campaign_id,
    )
    return {lead: tuple(codes) for lead, codes in rows}


def _all_called(installation: Installation, campaign_id: int, *, people: int) -> None:
    """Wait until everybody was called and no call goes on."""
    called = "SELECT count(DISTINCT person_id) FROM attempt WHERE campaign_id = :id"
    eventually(lambda: installation.one(called, id=campaign_id), lambda n: n == people)
    eventually(lambda: installation.one(SETTLED, id=campaign_id), lambda n: n == 0)
    twice = [
        each
        for each, times in Counter(
            installation.rows("SELECT attempt_id FROM simulated_call")
        ).items()
        if times > 1
    ]
    assert twice == []


def _reserve(installation: Installation, campaign_id: int):
    """Reserve, as a worker would whose message is lost; gives the attempt."""
    kept_back: list = []
    services = installation.services()
    admission.admit_campaign(services, campaign_id, 1, on_reserved=kept_back.extend)
    (attempt_id,) = kept_back
    return attempt_id


def _rings_of(installation: Installation, person_id: int) -> int:
    return installation.one(
        "SELECT count(*) FROM simulated_call s JOIN attempt a ON a.id = s.attempt_id"
        " WHERE a.person_id = :id",
        id=person_id,
    )


def _numbers_rung(installation: Installation, campaign_id: int) -> set[str]:
    return {
        e164
        for (e164,) in installation.rows(
            "SELECT s.e164 FROM simulated_call s JOIN attempt a ON a.id = s.attempt_id"
            " WHERE a.campaign_id = :id",
            id=campaign_id,
        )
    }
