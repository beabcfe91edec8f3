"""What did we do to this person, may we call, and when again: over HTTP."""

from datetime import timedelta

import pytest

from tests import make

DAY = timedelta(days=1)


@pytest.fixture
def anna(services):
    """A lead that may be called, in one running campaign."""
    with services.transaction() as session:
        campaign = make.a_campaign(session)
        lead = make.a_due_lead(session, campaign)
        number = make.first_number(session, lead.person_id)
    return {"id": lead.person_id, "lead": lead.id, "campaign": campaign.id, "number": number}


def refuse(client, number: str, **said: object):
    body = {"number": number, "kind": "do_not_call", "taken_by": "Agata", **said}
    return client.act("/v1/refusals", body)


def may_we_call(client, anna, query: str = "") -> dict:
    person = client.get(f"/v1/people/{anna['id']}{query}").json()
    return person["may_we_call"][0]["verdict"]


def test_a_person_who_may_be_called_is_clear_now(manager, anna):
    verdict = may_we_call(manager, anna)
    assert (verdict["ruling"], verdict["reasons"]) == ("clear", [])


def test_at_night_it_says_when_the_call_is_clear_again(manager, anna):
    verdict = may_we_call(manager, anna, "?at=2026-03-03T23:00:00%2B03:00&lang=ru")
    assert [reason["code"] for reason in verdict["reasons"]] == ["hours.closed"]
    assert verdict["next_clear"] == "2026-03-04T06:00:00Z"


def test_do_not_call_silences_the_person_at_once(agent, anna):
    assert refuse(agent, anna["number"], words="Больше мне не звоните").status_code == 201
    person = agent.get(f"/v1/people/{anna['id']}").json()
    assert person["silenced"] is True
    assert person["refusals"][0]["words"] == "Больше мне не звоните"
    verdict = person["may_we_call"][0]["verdict"]
    assert "refusal.final" in {reason["code"] for reason in verdict["reasons"]}
    assert verdict["next_clear"] is None


def test_a_no_withdraws_what_is_reserved(services, agent, anna):
    with services.transaction() as session:
        lead = session.get_one(make.Lead, anna["lead"])
        attempt = make.an_attempt(session, lead, state="reserved")
    refuse(agent, anna["number"])
    call = agent.get(f"/v1/calls/{attempt.id}").json()
    assert (call["state"], call["outcome"]) == ("withdrawn", "refusal")


def test_the_same_no_sent_twice_is_kept_once(agent, anna):
    body = {"number": anna["number"], "kind": "soft", "taken_by": "Agata"}
    twice = [
        agent.post("/v1/refusals", body, headers={"Idempotency-Key": "no-1"}) for _ in range(2)
    ]
    assert twice[0].json() == twice[1].json()
    assert len(agent.get(f"/v1/people/{anna['id']}").json()["refusals"]) == 1


def test_a_refusal_without_an_idempotency_key_is_turned_away(agent, anna):
    answer = agent.post(
        "/v1/refusals", {"number": anna["number"], "kind": "soft", "taken_by": "Agata"}
    )
    assert answer.json()["type"] == "/problems/idempotency.required"


def test_a_no_from_a_number_nobody_knows_is_kept_for_it(agent):
    kept = refuse(agent, "+7 912 000 99 99").json()
    answer = agent.get("/v1/numbers/+79120009999").json()
    assert (answer["known"], answer["people"]) == (True, [kept[0]["person_id"]])


def test_a_no_from_a_shared_number_is_a_no_of_everybody_who_holds_it(services, agent, anna):
    with services.transaction() as session:
        other = make.a_person(session, e164=anna["number"])
    assert {no["person_id"] for no in refuse(agent, anna["number"]).json()} == {
        anna["id"], other.id,
    }  # fmt: skip


def test_a_no_said_tomorrow_is_turned_away(agent, anna):
    answer = refuse(agent, anna["number"], at=(make.NOON + DAY).isoformat())
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/instant.in_the_future")


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "soft", "taken_by": "Agata"},
        {"kind": "soft", "taken_by": "Agata", "number": "+79120001234", "person_id": 1},
    ],
)
def test_a_no_names_a_person_or_a_number(agent, body):
    assert agent.act("/v1/refusals", body).json()["type"] == "/problems/person.no_subject"


def test_a_text_that_is_no_number_is_turned_away(agent):
    answer = refuse(agent, "call me maybe")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/number.unreadable")


def test_only_a_later_consent_with_evidence_lifts_a_no(services, officer, agent, anna):
    (no,) = refuse(agent, anna["number"]).json()
    services.clock.advance(DAY)
    consent = {
        "given": True, "given_at": services.clock.now().isoformat(), "purpose": "marketing",
        "how": "signed form", "wording": "Согласна на звонки", "evidence": "form 118",
    }  # fmt: skip
    kept = officer.post(f"/v1/people/{anna['id']}/consents", consent).json()
    lift = {"consent_id": kept["id"], "why": "she came to the shop"}
    assert agent.post(f"/v1/refusals/{no['id']}/lift", lift).status_code == 403
    assert officer.post(f"/v1/refusals/{no['id']}/lift", lift).status_code == 200
    assert officer.get(f"/v1/people/{anna['id']}").json()["silenced"] is False


def test_an_earlier_consent_lifts_nothing(services, officer, agent, anna):
    consent = {
        "given": True, "given_at": (make.NOON - DAY).isoformat(), "how": "form",
        "wording": "Согласна", "evidence": "form 117",
    }  # fmt: skip
    kept = officer.post(f"/v1/people/{anna['id']}/consents", consent).json()
    (no,) = refuse(agent, anna["number"]).json()
    answer = officer.post(
        f"/v1/refusals/{no['id']}/lift", {"consent_id": kept["id"], "why": "she had agreed"}
    )
    assert answer.json()["type"] == "/problems/refusal.consent_not_enough"
    assert answer.json()["missing"] == ["not_later"]


def test_a_consent_without_evidence_is_not_recorded(officer, anna):
    said = {"given": True, "given_at": make.NOON.isoformat()}
    answer = officer.post(f"/v1/people/{anna['id']}/consents", said)
    assert answer.json()["missing"] == ["how", "wording", "evidence"]


def test_a_withdrawn_consent_blocks_the_call_at_once(services, agent, anna):
    said = {"given": False, "given_at": make.NOON.isoformat()}
    assert agent.post(f"/v1/people/{anna['id']}/consents", said).status_code == 201
    verdict = may_we_call(agent, anna)
    assert "consent.missing" in {reason["code"] for reason in verdict["reasons"]}


def test_a_suppressed_number_is_not_called_for_anybody(manager, anna):
    body = {"number": anna["number"], "cause": "letter of 3 March"}
    assert manager.post("/v1/suppressions", body).status_code == 201
    verdict = may_we_call(manager, anna)
    assert {reason["code"] for reason in verdict["reasons"]} == {"suppression.listed"}
    assert manager.get(f"/v1/numbers/{anna['number']}").json()["number"]["suppressed"]


def test_a_hypothetical_campaign_is_answered_and_nothing_stays_written(services, manager, anna):
    with services.transaction() as session:
        other = make.a_campaign(session, state="draft")
    person = manager.get(f"/v1/people/{anna['id']}?campaign_id={other.id}").json()
    asked = person["hypothetical"]
    assert (asked["campaign_id"], asked["lead_id"], asked["as_if_running"]) == (
        other.id, None, True,
    )  # fmt: skip
    assert "personal.reason" in {each["code"] for each in asked["verdict"]["reasons"]}
    assert manager.get(f"/v1/leads?campaign_id={other.id}").json()["items"] == []


def test_an_auditor_reads_the_words_but_not_the_number(agent, auditor, anna):
    refuse(agent, anna["number"], words="Не звоните")
    person = auditor.get(f"/v1/people/{anna['id']}").json()
    assert person["refusals"][0]["words"] == "Не звоните"
    assert anna["number"] not in str(person)


def test_a_person_nobody_knows_is_not_found(manager):
    assert manager.get("/v1/people/4242").json()["what"] == "person"


def test_an_instant_without_a_zone_is_turned_away(manager, anna):
    answer = manager.get(f"/v1/people/{anna['id']}?at=2026-03-03T10:00:00")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/request.invalid")


def test_two_records_of_one_person_are_bound_by_each_others_noes(services, officer, agent, anna):
    with services.transaction() as session:
        twin = make.a_person(session)
        proposal = make.a_merge_proposal(session, anna["id"], twin.id)
        twins_number = make.first_number(session, twin.id)
    settled = officer.post(
        f"/v1/merge-proposals/{proposal}/settle", {"same_person": True, "why": "same contract"}
    )
    assert settled.json()["state"] == "merged"
    refuse(agent, twins_number)
    assert may_we_call(agent, anna)["ruling"] == "blocked"
    again = officer.post(
        f"/v1/merge-proposals/{proposal}/settle", {"same_person": False, "why": "changed mind"}
    )
    assert again.json()["type"] == "/problems/merge.already_settled"
