"""A correction that strengthens acts at once; one that weakens waits for an officer."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from orchestrator import outcomes, refusals
from orchestrator.refusals.correcting import AlreadySettled, EvidenceNeeded, NotYourOwn
from orchestrator.services import Actor
from orchestrator.tables import (
    Attempt,
    Correction,
    LeadProgress,
    PersonState,
    Refusal,
    Touch,
)
from orchestrator.telephony.base import CarrierReport
from tests import make

DAY = timedelta(days=1)
LATER = make.NOON + 30 * DAY


@pytest.fixture
def session(services):
    """One transaction a test, with a person in it."""
    with services.transaction() as session:
        yield session


@pytest.fixture
def refused(services) -> int:
    """The ledger entry of a call that ended with "do not call"."""
    with services.transaction() as session:
        lead = make.a_lead(session, make.a_campaign(session))
        attempt = make.an_attempt(session, lead).id
    report = CarrierReport(
        "simulated", "1", attempt, "ended", make.NOON, disposition="do_not_call", words="Хватит"
    )
    outcomes.receive(services, report)
    with services.sessions() as session:
        return session.scalars(select(Touch.id)).one()


def correct(session, touch_id: int, to: str, *, by: Actor = make.MANAGER) -> Touch | Correction:
    return refusals.correct(session, touch_id, to, why="misheard", by=by, now=LATER)


def test_a_correction_that_weakens_a_no_waits_and_the_no_stands(session, refused):
    waiting = correct(session, refused, "callback")
    assert isinstance(waiting, Correction)
    assert session.scalars(select(PersonState.suppressed)).one() == "do_not_call"


def test_an_officer_with_evidence_accepts_a_weaker_reading(session, refused):
    waiting = correct(session, refused, "refused")
    refusals.settle_correction(
        session, waiting.id, accept=True, evidence="recording 5", by=make.OFFICER, now=LATER
    )
    assert session.scalars(select(PersonState.suppressed)).one() is None
    standing = session.scalars(select(Refusal.kind).where(Refusal.lifted_at.is_(None))).all()
    assert standing == ["soft"]
    assert session.scalars(select(LeadProgress.state)).one() == "agent"


def test_a_refused_correction_changes_nothing(session, refused):
    waiting = correct(session, refused, "callback")
    refusals.settle_correction(
        session, waiting.id, accept=False, evidence="recording 5", by=make.OFFICER, now=LATER
    )
    assert session.scalars(select(PersonState.suppressed)).one() == "do_not_call"
    assert session.scalar(select(func.count()).select_from(Touch)) == 1


def test_nobody_settles_their_own_correction(session, refused):
    waiting = correct(session, refused, "callback", by=make.OFFICER)
    with pytest.raises(NotYourOwn):
        refusals.settle_correction(
            session, waiting.id, accept=True, evidence="recording", by=make.OFFICER, now=LATER
        )


def test_a_manager_does_not_settle_a_correction(session, refused):
    waiting = correct(session, refused, "callback", by=make.AGENT)
    with pytest.raises(NotYourOwn):
        refusals.settle_correction(
            session, waiting.id, accept=True, evidence="recording", by=make.MANAGER, now=LATER
        )


def test_a_correction_needs_evidence(session, refused):
    waiting = correct(session, refused, "callback")
    with pytest.raises(EvidenceNeeded):
        refusals.settle_correction(
            session, waiting.id, accept=True, evidence=" ", by=make.OFFICER, now=LATER
        )


def test_accepting_a_correction_leaves_a_no_that_was_heard_after_it_was_asked_for(services):
    with services.transaction() as session:
        lead = make.a_lead(session, make.a_campaign(session))
        attempt, person_id = make.an_attempt(session, lead).id, lead.person_id
    call = ("simulated", "refused", attempt, "ended", make.NOON)
    outcomes.receive(services, CarrierReport(*call, disposition="refused"))
    with services.transaction() as session:
        touch_id = session.scalars(select(Touch.id)).one()
        asked = {"why": "misheard", "by": make.MANAGER, "now": make.NOON}
        waiting_id = refusals.correct(session, touch_id, "callback", **asked).id
    services.clock.advance(DAY)
    call = ("simulated", "final", attempt, "ended", make.NOON)
    outcomes.receive(services, CarrierReport(*call, disposition="do_not_call"))
    with services.transaction() as session:
        settled = {"evidence": "recording", "by": make.OFFICER, "now": LATER}
        refusals.settle_correction(session, waiting_id, accept=True, **settled)
        assert session.get_one(PersonState, person_id).suppressed == "do_not_call"


def test_a_correction_is_settled_once(session, refused):
    waiting = correct(session, refused, "callback")
    settle = {"accept": False, "evidence": "recording", "by": make.OFFICER, "now": LATER}
    refusals.settle_correction(session, waiting.id, **settle)
    with pytest.raises(AlreadySettled):
        refusals.settle_correction(session, waiting.id, **settle)


def test_a_correction_that_strengthens_acts_at_once(services):
    with services.transaction() as session:
        lead = make.a_lead(session, make.a_campaign(session))
        attempt = make.an_attempt(session, lead).id
    report = CarrierReport(
        "simulated", "1", attempt, "ended", make.NOON, disposition="callback",
        callback_at=LATER,
    )  # fmt: skip
    outcomes.receive(services, report)
    with services.transaction() as session:
        touch_id = session.scalars(select(Touch.id)).one()
        entry = correct(session, touch_id, "do_not_call", by=make.AGENT)
        assert isinstance(entry, Touch)
        assert entry.corrects_id == touch_id
        assert session.scalars(select(PersonState.suppressed)).one() == "do_not_call"
        assert session.scalars(select(LeadProgress.state)).one() == "closed"


def test_an_attempt_is_never_changed_by_a_correction(session, refused):
    before = session.scalars(select(Attempt.outcome)).one()
    correct(session, refused, "callback")
    assert session.scalars(select(Attempt.outcome)).one() == before
