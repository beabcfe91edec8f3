"""The state row says what the ledger says, whatever was appended, corrected, refused or agreed."""

import struct
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from guardrails import facts
from orchestrator import history as layout
from orchestrator import ledger, refusals
from orchestrator.services import SYSTEM
from orchestrator.store import history
from orchestrator.tables import LeadProgress, PersonState
from tests import make
from tests.make import NOON

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Every example has a person of its own, so one database serves them all.
one_database = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

ids = st.one_of(st.none(), st.integers(1, 2**31 - 1))
instants = st.datetimes(datetime(1995, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the bounds have to be naive, the zone comes beside them
contacts = st.fixed_dictionaries(
    {
        "at": instants,
        "channel": st.sampled_from(layout.CHANNELS),
        "outbound": st.booleans(),
        "reach": st.sampled_from(layout.REACHES),
        "purpose": st.sampled_from(layout.PURPOSES),
        "offer_id": ids,
        "topic_id": ids,
        "campaign_id": ids,
        "talk_seconds": st.integers(0, 2**31 - 1),
    }
)
noes = st.fixed_dictionaries(
    {
        "at": instants,
        "kind": st.sampled_from(layout.KINDS),
        "offer_id": ids,
        "topic_id": ids,
    }
)
statements = st.fixed_dictionaries(
    {
        "given": st.booleans(),
        "given_at": st.one_of(st.none(), instants),
        "purpose": st.sampled_from(layout.PURPOSES),
        "evidence": st.sampled_from([None, "document 1"]),
        "expires_at": st.one_of(st.none(), instants),
    }
)
deeds = st.lists(
    st.one_of(
        st.tuples(st.just("touch"), contacts),
        st.tuples(st.just("correction"), st.sampled_from(layout.REACHES)),
        st.tuples(st.just("no"), noes),
        st.tuples(st.just("consent"), statements),
    ),
    max_size=12,
)


@one_database
@given(deeds)
def test_after_any_deeds_the_state_row_is_what_the_ledger_makes_of_it(services, deeds):
    with services.transaction() as session:
        person = make.a_person(session)
        history.refresh(session, [person.id])
        for place, deed in enumerate(deeds):
            _do(session, person, place, deed)
        assert history.differences(session) == []


@one_database
@given(deeds)
def test_what_the_state_row_gives_back_is_what_was_said_and_done(services, deeds):
    with services.transaction() as session:
        person = make.a_person(session)
        history.refresh(session, [person.id])
        for place, deed in enumerate(deeds):
            _do(session, person, place, deed)
        history.refresh(session, [person.id])
        state = session.get(PersonState, person.id, populate_existing=True)
        assert layout.read_touches(state.touches) == _expected_touches(deeds)
        assert layout.read_refusals(state.refusals) == _expected_refusals(deeds)
        assert layout.read_consents(state.consents) == _expected_consents(deeds)
        assert state.touches_ever == sum(kind == "touch" for kind, _ in deeds)


def test_the_database_writes_the_same_bytes_as_the_layout_in_python(services):
    at = datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC)
    with services.transaction() as session:
        person = make.a_person(session)
        number_id = session.scalar(text("SELECT max(id) FROM number"))
        touch = ledger.NewTouch(
            person_id=person.id, number_id=number_id, at=at, source="crm", external_id="1",
            disposition="sent", reach="message", channel="messenger", outbound=False,
            offer_id=7, topic_id=8, campaign_id=9, purpose="survey", talk_seconds=61,
        )  # fmt: skip
        ledger.append(session, [touch], by=SYSTEM, now=NOON)
        state = session.get(PersonState, person.id, populate_existing=True)
        microseconds = (at - EPOCH) // timedelta(microseconds=1)
        assert state.touches == struct.pack(
            ">qhhhhiiiii", microseconds, 4, 0, 2, 4, number_id, 7, 8, 9, 61
        )


@pytest.mark.parametrize(
    "words, typed",
    [
        (layout.CHANNELS, facts.CHANNELS),
        (layout.PURPOSES[1:], facts.PURPOSES),
        (layout.REACHES, tuple(reach for reach in facts.REACHES if reach != "live")),
    ],
)
def test_the_layout_has_a_place_for_every_word_there_is(words, typed):
    assert set(words) == set(typed)


def test_a_person_locked_for_the_first_time_has_the_state_the_ledger_says(services):
    with services.transaction() as session:
        person = make.a_person(session)
        _do(session, person, 0, ("no", {"at": NOON, "kind": "do_not_call"}))
        session.execute(text("DELETE FROM person_state"))
    with services.transaction() as session:
        history.lock(session, [person.id])
        assert history.differences(session) == []


def test_a_lifted_no_leaves_the_state(services):
    with services.transaction() as session:
        person = make.a_person(session)
        _do(session, person, 0, ("no", {"at": NOON, "kind": "soft"}))
        session.execute(text("UPDATE refusal SET lifted_at = now(), lifted_by = 'Olga'"))
        history.refresh(session, [person.id])
        assert session.get(PersonState, person.id, populate_existing=True).refusals == b""


def test_a_state_row_somebody_bent_is_named(services):
    with services.transaction() as session:
        person, other = make.a_person(session), make.a_person(session)
        for each in (person, other):
            _do(session, each, each.id, ("no", {"at": NOON, "kind": "soft"}))
        session.execute(
            text("UPDATE person_state SET refusals = '' WHERE person_id = :id"), {"id": person.id}
        )
        assert history.differences(session) == [person.id]


def test_a_rebuild_leaves_out_touches_before_the_instant_it_keeps_from(services):
    with services.transaction() as session:
        person = make.a_person(session)
        for place, days in enumerate((1, 40)):
            contact = {"at": NOON - timedelta(days=days), "reach": "rang"}
            _do(session, person, place, ("touch", contact))
        history.rebuild(session, person.id, person.id, kept_from=NOON - timedelta(days=30))
        state = session.get(PersonState, person.id, populate_existing=True)
        kept = [touch.at for touch in layout.read_touches(state.touches)]
        assert kept == [NOON - timedelta(days=1)]
        assert state.touches_ever == 2


def test_a_changed_fact_makes_open_leads_due_and_leaves_closed_ones_alone(services):
    with services.transaction() as session:
        person = make.a_person(session)
        leads = [make.a_lead(session, make.a_campaign(session), person=person) for _ in range(2)]
        session.add(
            LeadProgress(
                lead_id=leads[1].id,
                campaign_id=leads[1].campaign_id,
                person_id=person.id,
                state="closed",
                closed_because="accepted",
            )
        )
        session.flush()
        history.touch_leads(session, [person.id], NOON)
        due = session.query(LeadProgress.lead_id, LeadProgress.due_at).order_by("lead_id").all()
        assert [tuple(row) for row in due] == [(leads[0].id, NOON), (leads[1].id, None)]


def test_a_changed_fact_does_not_cut_short_the_pause_a_retry_plan_asked_for(services):
    later = NOON + timedelta(hours=24)
    with services.transaction() as session:
        lead = make.a_due_lead(session, make.a_campaign(session))
        session.execute(text("UPDATE lead_progress SET not_before = :at"), {"at": later})
        history.touch_leads(session, [lead.person_id], NOON)
        assert session.get(LeadProgress, lead.id, populate_existing=True).due_at == later


# ------------------------------------------------------------------------------ doing and telling


def _do(session, person, place, deed):
    kind, facts_of_it = deed
    if kind == "touch":
        touch = ledger.NewTouch(
            person_id=person.id, number_id=None, source=f"crm {person.id}",
            external_id=str(place), disposition="any", **facts_of_it,
        )  # fmt: skip
        ledger.append(session, [touch], by=SYSTEM, now=NOON)
    elif kind == "correction":
        _correct(session, person, place, reach=facts_of_it)
    elif kind == "no":
        refusals.record(
            session, person_id=person.id, source=f"crm {person.id}", external_id=str(place),
            taken_by="Agata", by=SYSTEM, now=NOON, **facts_of_it,
        )  # fmt: skip
    else:
        make.a_consent(session, person, **facts_of_it)


def _correct(session, person, place, *, reach):
    """Append a correction of the person's latest contact, if there was one."""
    row = session.execute(
        text(
            "SELECT id, at, channel FROM touch WHERE person_id = :id AND corrects_id IS NULL"
            " ORDER BY id DESC LIMIT 1"
        ),
        {"id": person.id},
    ).one_or_none()
    if row is not None:
        touch = ledger.NewTouch(
            person_id=person.id, number_id=None, at=row.at, source=f"crm {person.id}",
            external_id=str(place), disposition="any", reach=reach, channel=row.channel,
            corrects_id=row.id,
        )  # fmt: skip
        ledger.append(session, [touch], by=SYSTEM, now=NOON)


def _expected_touches(deeds):
    """Tell in plain Python what the touches are: a correction can only take them further."""
    told = []
    for kind, what in deeds:
        if kind == "touch":
            told.append(dict(what))
        elif kind == "correction" and told:
            told[-1]["reach"] = max(told[-1]["reach"], what, key=layout.REACHES.index)
    told.sort(key=lambda contact: contact["at"])
    return tuple(
        facts.Touch(
            contact["at"],
            contact["channel"],
            contact["outbound"],
            contact["reach"],
            None,
            contact["offer_id"],
            contact["topic_id"],
            contact["campaign_id"],
            contact["purpose"],
            contact["talk_seconds"],
        )
        for contact in told
    )


def _expected_refusals(deeds):
    told = sorted((what for kind, what in deeds if kind == "no"), key=lambda no: no["at"])
    return tuple(facts.Refusal(no["at"], no["kind"], no["offer_id"], no["topic_id"]) for no in told)


def _expected_consents(deeds):
    told = [what for kind, what in deeds if kind == "consent"]
    told.sort(key=lambda said: said["given_at"] or datetime.min.replace(tzinfo=UTC))
    return tuple(
        facts.Consent(
            said["given"],
            said["given_at"],
            said["purpose"],
            said["evidence"] is not None and said["given_at"] is not None,
            said["expires_at"],
        )
        for said in told
    )
