"""Write a chunk of people who are not to be called: each row is a refusal that ends everything."""

from hashlib import blake2b
from typing import cast

from guardrails.facts import RefusalKind
from orchestrator import refusals
from orchestrator.intake.contacts import DoNotCallRow
from orchestrator.intake.identities import Identities
from orchestrator.intake.taking.chunk import Desk, Taken
from orchestrator.refusals import NewRefusal
from orchestrator.store import history
from orchestrator.store import imports as store


def take(desk: Desk, rows: list[DoNotCallRow]) -> Taken:
    """Silence these people, also those nobody has heard of yet."""
    taken = Taken(warnings=[warned for row in rows for warned in row.who.warnings])
    identities = Identities(desk.session, (row.who for row in rows), source=desk.source)
    people = [identities.of(row.who) for row in rows]
    new = [somebody for somebody in people if somebody.is_new]
    identities.write(now=desk.now)
    history.begin(desk.session, (somebody.id for somebody in new))
    ids = [_fingerprint(row) for row in rows]
    known = store.refusals_known(desk.session, desk.source, ids)
    noes = []
    for row, somebody, external_id in zip(rows, people, ids, strict=True):
        is_new = external_id not in known
        taken.count(is_new=is_new)
        if not is_new:
            continue
        known.add(external_id)
        numbers = row.who.numbers
        noes.append(
            NewRefusal(
                person_id=somebody.id,
                kind=cast("RefusalKind", row.cause),
                at=row.at or desk.now,
                source=desk.source,
                external_id=external_id,
                taken_by=desk.by.name,
                number_id=identities.number_ids[numbers[0].e164] if numbers else None,
                words=row.words,
            )
        )
    refusals.record_many(desk.session, noes, by=desk.by, now=desk.now)
    return taken


def _fingerprint(row: DoNotCallRow) -> str:
    """Name a row by whom it is about and why, so that listing them again adds nothing."""
    numbers = [number.e164 for number in row.who.numbers]
    parts = row.who.external_id, numbers, row.cause, row.at and row.at.isoformat()
    return f"list:{blake2b(repr(parts).encode(), digest_size=16).hexdigest()}"
