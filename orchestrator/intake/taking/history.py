"""Write a chunk of contacts that other systems had: the ledger, and the noes heard in them."""

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import cast

from guardrails.facts import Channel, Purpose, Reach, RefusalKind
from orchestrator import ledger, refusals
from orchestrator.intake.contacts import TouchRow
from orchestrator.intake.identities import Identities
from orchestrator.intake.person import Who
from orchestrator.intake.refused import Warned
from orchestrator.intake.taking.chunk import Desk, Taken
from orchestrator.ledger import NewTouch
from orchestrator.refusals import NewRefusal
from orchestrator.store import history
from orchestrator.store import imports as store


@dataclass(frozen=True, slots=True)
class Sold:
    """What was offered, as far as we know it."""

    offer_id: int | None = None
    topic_id: int | None = None
    purpose: str | None = None


def take(desk: Desk, rows: list[TouchRow]) -> Taken:
    """Write these contacts once each; the noes among them act at once."""
    taken = Taken(warnings=[warned for row in rows for warned in row.who.warnings])
    identities = Identities(desk.session, (row.who for row in rows), source=desk.source)
    people = [identities.of(row.who) for row in rows]
    new = [somebody for somebody in people if somebody.is_new]
    identities.write(now=desk.now)
    history.begin(desk.session, (somebody.id for somebody in new))
    ids = [_id(row) for row in rows]
    known = store.touches_known(
        desk.session, desk.source, [*ids, *(_own_id(row) for row in rows if row.touch_id)]
    )
    catalogue = _catalogue(desk)
    touches: dict[str, tuple[TouchRow, NewTouch]] = {}
    for row, somebody, external_id in zip(rows, people, ids, strict=True):
        told = store.Told(None, somebody.id, row.disposition.code)
        first = known.get(external_id)
        if first is not None and first[1:] != told[1:]:
            # A system that says something else under an id it used has told us something else.
            external_id = _own_id(row)  # noqa: PLW2901
        is_new = external_id not in known
        taken.count(is_new=is_new)
        if not is_new:
            continue
        known[external_id] = told
        sold = _sold(row, catalogue, taken.warnings)
        number_id = _number(row.who, identities)
        touch = _touch(desk, row, somebody.id, number_id=number_id, sold=sold)
        is_same_call = first is not None and first.person_id == somebody.id
        corrects_id = first.touch_id if first is not None and is_same_call else None
        touch = replace(touch, external_id=external_id, corrects_id=corrects_id)
        touches[external_id] = row, touch
    written = [touch for _, touch in touches.values()]
    ledger.append(desk.session, written, by=desk.by, now=desk.now)
    _hear(desk, touches)
    return taken


def _hear(desk: Desk, touches: dict[str, tuple[TouchRow, NewTouch]]) -> None:
    """Record the noes heard in these contacts, each with the touch it was heard in."""
    noes = {
        external_id: row
        for external_id, (row, _) in touches.items()
        if row.disposition.refusal is not None
    }
    if not noes:
        return
    touch_ids = store.touches_known(desk.session, desk.source, list(noes))
    refusals.record_many(
        desk.session,
        [
            _no(desk, row, touches[external_id][1], touch_ids[external_id].touch_id)
            for external_id, row in noes.items()
        ],
        by=desk.by,
        now=desk.now,
    )


def _touch(
    desk: Desk, row: TouchRow, person_id: int, *, number_id: int | None, sold: Sold
) -> NewTouch:
    return NewTouch(
        person_id=person_id,
        number_id=number_id,
        at=row.at,
        source=desk.source,
        external_id=_id(row),
        disposition=row.disposition.code,
        reach=cast("Reach", row.disposition.reach),
        channel=cast("Channel", row.channel),
        outbound=row.outbound,
        offer_id=sold.offer_id,
        topic_id=sold.topic_id,
        purpose=cast("Purpose | None", sold.purpose),
        talk_seconds=row.talk_seconds,
    )


def _no(desk: Desk, row: TouchRow, touch: NewTouch, touch_id: int | None) -> NewRefusal:
    return NewRefusal(
        person_id=touch.person_id,
        kind=cast("RefusalKind", row.disposition.refusal),
        at=touch.at,
        source=desk.source,
        external_id=touch.external_id,
        taken_by=desk.by.name,
        channel=touch.channel,
        number_id=touch.number_id,
        offer_id=touch.offer_id,
        topic_id=touch.topic_id,
        touch_id=touch_id,
        words=row.words,
    )


def _number(who: Who, identities: Identities) -> int | None:
    return identities.number_ids[who.numbers[0].e164] if who.numbers else None


def _catalogue(desk: Desk) -> dict[str, Sold]:
    """Give what can be offered, by code and title; a topic alone names no offer."""
    found: dict[str, Sold] = {}
    for topic in store.topics(desk.session):
        for word in (topic.title, topic.code):
            found[f"topic:{_plain(word)}"] = Sold(topic_id=topic.id)
    for offer, topic in store.offers(desk.session):
        for word in (offer.title, offer.code):
            found[f"offer:{_plain(word)}"] = Sold(offer.id, topic.id, offer.purpose)
    return found


def _sold(row: TouchRow, catalogue: dict[str, Sold], warnings: list[Warned]) -> Sold:
    """Find what was offered. An unknown offer is none, so that a no to it covers everything."""
    offer = catalogue.get(f"offer:{_plain(row.offer or '')}")
    topic = catalogue.get(f"topic:{_plain(row.topic or '')}")
    for field, word, found in (("offer", row.offer, offer), ("topic", row.topic, topic)):
        if word and found is None:
            warnings.append(Warned(row.row, field, "offer_unknown", word))
    return offer or topic or Sold()


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())


def _id(row: TouchRow) -> str:
    """Name a contact; one without an id by what it says, so that saying it again adds nothing."""
    return row.touch_id or _own_id(row)


def _own_id(row: TouchRow) -> str:
    """Name a contact by all it says, its id included where it has one."""
    parts = (
        *(row.who.external_id, [number.e164 for number in row.who.numbers], row.at.isoformat()),
        *(row.channel, row.outbound, row.disposition.code, row.offer, row.topic),
        *(row.talk_seconds, row.words),
        *((row.touch_id,) if row.touch_id else ()),
    )
    return f"row:{blake2b(repr(parts).encode(), digest_size=16).hexdigest()}"
