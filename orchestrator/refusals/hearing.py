"""Record noes and suppressions; both act at once, in the transaction that records them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from guardrails.facts import FINAL_REFUSALS, Channel, RefusalKind
from orchestrator import numbering
from orchestrator.audit import note
from orchestrator.errors import Invalid
from orchestrator.services import Actor
from orchestrator.store import attempts, history, progress
from orchestrator.store import refusals as store
from orchestrator.tables import Refusal, Suppression

SUPPRESSED = "suppressed"  # Why a lead was closed.


class UnreadableNumber(Invalid):
    """Only a number that can be read can be suppressed."""

    code = "suppression.bad_number"


class NoSubject(Invalid):
    """A suppression is of one person or of one number."""

    code = "suppression.no_subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRefusal:
    """A no as it was heard; `external_id` is unique in its source, so it is kept once.

    One that names no offer and no topic is a no to all of them.
    """

    person_id: int
    kind: RefusalKind
    at: datetime
    source: str
    external_id: str
    taken_by: str
    channel: Channel = "call"
    number_id: int | None = None
    offer_id: int | None = None
    topic_id: int | None = None
    campaign_id: int | None = None
    attempt_id: UUID | None = None
    touch_id: int | None = None
    words: str | None = None

    @property
    def is_final(self) -> bool:
        """Say whether it silences the person for good."""
        return self.kind in FINAL_REFUSALS


def record(
    session: Session,
    *,
    person_id: int,
    kind: RefusalKind,
    at: datetime,
    taken_by: str,
    source: str,
    external_id: str,
    by: Actor,
    now: datetime,
    channel: Channel = "call",
    number_id: int | None = None,
    offer_id: int | None = None,
    topic_id: int | None = None,
    campaign_id: int | None = None,
    words: str | None = None,
    attempt_id: UUID | None = None,
    touch_id: int | None = None,
) -> Refusal:
    """Keep one no and let it act; the same no told twice is kept once.

    Calls that ring already are not stopped by this: ask `still_ringing`, and the carrier, after
    the commit.
    """
    no = NewRefusal(
        person_id=person_id, kind=kind, at=at, source=source, external_id=external_id,
        taken_by=taken_by, channel=channel, number_id=number_id, offer_id=offer_id,
        topic_id=topic_id, campaign_id=campaign_id, attempt_id=attempt_id, touch_id=touch_id,
        words=words,
    )  # fmt: skip
    known = _keep(session, no, by=by, now=now)
    if (known.person_id, known.kind) == (person_id, kind):
        return known
    # A system that uses an id for two noes has still told us both.
    own_id = f"{external_id}:{person_id}:{kind}"
    return _keep(session, replace(no, external_id=own_id), by=by, now=now)


def _keep(session: Session, no: NewRefusal, *, by: Actor, now: datetime) -> Refusal:
    """Keep one no, or give what is kept under its id."""
    for refusal in record_many(session, [no], by=by, now=now):
        return refusal
    known = store.find_refusal(session, source=no.source, external_id=no.external_id)
    assert known is not None  # noqa: S101 - a conflict on this key means that the row is there
    return known


def record_many(
    session: Session, noes: Sequence[NewRefusal], *, by: Actor, now: datetime
) -> list[Refusal]:
    """Keep many noes, of a list or an import, and let them act; gives those that are new."""
    if not noes:
        return []
    company = history.company_of(session, {no.person_id for no in noes})
    history.lock(session, company)
    words = {(no.source, no.external_id): no.words for no in noes if no.words}
    rows = [
        {key: value for key, value in asdict(no).items() if key != "words"} | {"recorded_at": now}
        for no in noes
    ]
    refusals = store.add_refusals(session, rows)
    if not refusals:
        return []
    said = {no.id: words.get((no.source, no.external_id)) for no in refusals}
    store.add_quotes(session, {key: quote for key, quote in said.items() if quote})
    final = [refusal for refusal in refusals if refusal.kind in FINAL_REFUSALS]
    store.add_suppressions(session, [_suppression(refusal, by, now) for refusal in final])
    people = {refusal.person_id for refusal in refusals}
    history.refresh(session, people)
    withdraw_queued(session, person_ids=people, because="refusal", now=now)
    silenced = {refusal.person_id for refusal in final}
    _silence_leads(session, silenced, others=company - silenced, now=now)
    _note(session, refusals, by=by, now=now)
    return refusals


def suppress(
    session: Session,
    *,
    cause: str,
    source: str,
    by: Actor,
    now: datetime,
    person_id: int | None = None,
    e164: str | None = None,
) -> Suppression:
    """Forbid calls to a person, on all their numbers, or to one number whoever holds it.

    Give one of `person_id` and `e164`. One that stands already for this cause is given back; if
    it stood on a no, it stands by itself from now on.
    Raises UnreadableNumber, NoSubject.
    """
    if (person_id is None) == (e164 is None):
        raise NoSubject("give either a person or a number")
    number_id = None if e164 is None else _number(session, e164, now=now)
    about = [] if person_id is None else [person_id]
    holders = [] if number_id is None else store.holders_of(session, [number_id])
    company = history.company_of(session, about) | set(holders)
    history.lock(session, company)
    standing = store.standing_suppression(
        session, cause=cause, person_id=person_id, number_id=number_id
    )
    if standing is not None:
        if standing.refusal_id is not None:
            # It was ordered as well now, so it no longer falls with the no it came from.
            store.detach_suppression(session, standing, source=source, by=by.name, now=now)
            _note_suppression(session, standing, by=by, now=now)
        return standing
    row = Suppression(
        person_id=person_id, number_id=number_id, cause=cause, source=source,
        recorded_at=now, recorded_by=by.name,
    )  # fmt: skip
    session.add(row)
    session.flush()
    history.refresh(session, about)
    numbers = [] if number_id is None else [number_id]
    history.refresh_numbers(session, numbers)
    withdraw_queued(session, person_ids=about, number_ids=numbers, because="suppression", now=now)
    _silence_leads(session, about, others=company - set(about), now=now)
    _note_suppression(session, row, by=by, now=now)
    return row


def _note_suppression(session: Session, row: Suppression, *, by: Actor, now: datetime) -> None:
    note(session, "suppression.recorded", f"suppression:{row.id}", by=by, now=now, cause=row.cause)


def withdraw_queued(
    session: Session,
    *,
    because: str,
    now: datetime,
    person_ids: Iterable[int] = (),
    number_ids: Iterable[int] = (),
) -> list[UUID]:
    """Withdraw every reservation of these people and on their numbers, and on these numbers.

    Gives the calls that may ring already, so that the carrier is asked to cancel them after the
    commit. The leads become due at once and are screened again.
    """
    people, numbers = set(person_ids), set(number_ids)
    leads = attempts.withdraw_reserved(
        session, person_ids=people, number_ids=numbers, because=because, now=now
    )
    progress.due_again(session, leads, now=now)
    return still_ringing(session, person_ids=people, number_ids=numbers)


def still_ringing(
    session: Session, *, person_ids: Iterable[int] = (), number_ids: Iterable[int] = ()
) -> list[UUID]:
    """Name calls to these people and numbers that may ring now."""
    return attempts.in_flight(session, person_ids=person_ids, number_ids=number_ids)


def _suppression(refusal: Refusal, by: Actor, now: datetime) -> dict[str, object]:
    return {
        "person_id": refusal.person_id, "cause": refusal.kind, "refusal_id": refusal.id,
        "source": refusal.source, "recorded_at": now, "recorded_by": by.name,
    }  # fmt: skip


def _silence_leads(
    session: Session, silenced: Iterable[int], *, others: Iterable[int], now: datetime
) -> None:
    """Close the leads of silenced people; those who share a number with them are asked about."""
    people = set(silenced)
    history.touch_leads(session, people | set(others), now)
    if people:
        progress.close_leads_of(session, people, because=SUPPRESSED)


def _note(session: Session, refusals: Sequence[Refusal], *, by: Actor, now: datetime) -> None:
    """Put one deed on the record, however many noes came with it."""
    first = refusals[0]
    if len(refusals) == 1:
        note(
            session, "refusal.recorded", f"refusal:{first.id}", by=by, now=now,
            kind=first.kind, person=first.person_id, source=first.source,
        )  # fmt: skip
        return
    note(
        session, "refusal.recorded_many", f"refusal:{first.id}", by=by, now=now,
        count=len(refusals), last=refusals[-1].id, source=first.source,
    )  # fmt: skip


def _number(session: Session, e164: str, *, now: datetime) -> int:
    """Name a number by its digits, making it when it is new: lists name numbers of strangers."""
    known = store.find_number(session, e164)
    if known is not None:
        return known
    number = numbering.read_one(e164, region="ZZ")
    if isinstance(number, numbering.Unread):
        raise UnreadableNumber(f"`{e164}` is no number in international form", number=e164)
    row = {
        "e164": number.e164, "kind": number.kind.value, "region": number.region,
        "prefix_zones": list(number.zones), "created_at": now,
    }  # fmt: skip
    return store.add_number(session, row)
