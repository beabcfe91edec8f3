"""The record of decisions and deeds, and the chain of seals over it.

Nothing here changes a row: the database refuses that.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, func, insert, literal, select, text, union_all
from sqlalchemy.orm import Session

from orchestrator.services import Actor
from orchestrator.store import copying
from orchestrator.tables import AuditEvent, Decision, Seal

# Any fixed number would do; it means "somebody is sealing this database".
SEAL_LOCK = 7_265_420_262
DIGESTS_PER_QUERY = 5_000
SEALS_PER_QUERY = 5_000
TABLES: dict[str, type[Decision | AuditEvent]] = {"audit": AuditEvent, "decision": Decision}
# What a seal covers: every column there is. A column added later needs a kind of its own, or
# the links of older records would no longer fit.
SEALED = {
    "audit_event": "id, at, by, role, action, subject, details, xid",
    "decision": (
        "id, at, moment, campaign_id, lead_id, person_id, number_id, attempt_id, ruling, codes,"
        " reasons, until, next_clear, policy_hash, input_digest, requested_by, xid"
    ),
}
_DIGESTS = {
    table: (
        "SELECT id, sha256(convert_to(row_to_json(r)::text, 'UTF8'))"  # noqa: S608 - constants
        f" FROM (SELECT {columns} FROM {table} WHERE id = ANY(:ids)) r"
    )
    for table, columns in SEALED.items()
}


class Link(NamedTuple):
    """One seal as it is kept."""

    sequence: int
    kind: str
    record_id: int
    hash: bytes


def add_audit_event(
    session: Session,
    action: str,
    subject: str,
    *,
    by: Actor,
    at: datetime,
    details: Mapping[str, object],
) -> None:
    """Append one audit event."""
    session.execute(
        insert(AuditEvent).values(
            at=at, by=by.name, role=by.role, action=action, subject=subject, details=dict(details)
        )
    )


def lock_sealing(session: Session) -> bool:
    """Become the one who seals until the commit; False when another process is at it."""
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(SEAL_LOCK))))


def last_link(session: Session) -> Link | None:
    """Give the end of the chain."""
    columns = (Seal.sequence, Seal.kind, Seal.record_id, Seal.hash)
    row = session.execute(select(*columns).order_by(Seal.sequence.desc()).limit(1)).first()
    return None if row is None else Link(*row)


def frontier(session: Session, link: Link | None) -> int:
    """Give the transaction before which everything is sealed; 0 when that is not known.

    A database restored elsewhere counts transactions from the start again: then the old frontier
    lies ahead of every new row and says nothing.
    """
    if link is None:
        return 0
    table = TABLES[link.kind]
    xid = session.scalar(select(table.xid).where(table.id == link.record_id))
    newest = session.scalar(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"))
    return 0 if xid is None or newest is None or xid > newest else xid


def unsealed(session: Session, *, since_xid: int, limit: int) -> list[tuple[str, int]]:
    """Give (kind, id) of what is committed and has no seal, in commit order.

    A row of a transaction that may still be running is left for later, so that nothing can slip
    in behind a seal.
    """
    settled = text("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    parts = [
        select(table.xid, literal(kind).label("kind"), table.id).where(
            table.xid >= since_xid,
            table.xid < settled,
            ~exists().where(Seal.kind == kind, Seal.record_id == table.id),
        )
        for kind, table in TABLES.items()
    ]
    both = union_all(*parts).subquery()
    statement = (
        select(both.c.kind, both.c.id).order_by(both.c.xid, both.c.kind, both.c.id).limit(limit)
    )
    return [(kind, record_id) for kind, record_id in session.execute(statement)]


def digests(
    session: Session, keys: Sequence[tuple[str, int]]
) -> Iterator[tuple[str, int, bytes | None]]:
    """Give the SHA-256 of every column of these records, or None for one that is gone.

    The database writes each record as JSON, instants in UTC, and hashes it: a million records
    take seconds, and the same bytes come from any client.
    """
    session.execute(text("SET LOCAL timezone TO 'UTC'"))
    for start in range(0, len(keys), DIGESTS_PER_QUERY):
        chunk = keys[start : start + DIGESTS_PER_QUERY]
        found: dict[tuple[str, int], bytes] = {}
        for kind, table in TABLES.items():
            ids = [record_id for key, record_id in chunk if key == kind]
            if ids:
                rows = session.execute(text(_DIGESTS[table.__tablename__]), {"ids": ids})
                found.update({(kind, record_id): digest for record_id, digest in rows})
        for kind, record_id in chunk:
            yield kind, record_id, found.get((kind, record_id))


def add_links(session: Session, links: Sequence[Link]) -> None:
    """Append to the chain, in bulk."""
    rows = (
        copying.row(
            copying.int8(link.sequence),
            copying.text(link.kind),
            copying.int8(link.record_id),
            copying.raw(link.hash),
        )
        for link in links
    )
    copying.copy_in(session, "seal", "sequence, kind, record_id, hash", rows)


def link(session: Session, sequence: int) -> Link | None:
    """Give one link of the chain."""
    columns = (Seal.sequence, Seal.kind, Seal.record_id, Seal.hash)
    row = session.execute(select(*columns).where(Seal.sequence == sequence)).first()
    return None if row is None else Link(*row)


def chain(session: Session, *, after: int) -> Iterator[Sequence[Link]]:
    """Give the chain after a link, some thousand links at a time."""
    while True:
        columns = (Seal.sequence, Seal.kind, Seal.record_id, Seal.hash)
        statement = (
            select(*columns)
            .where(Seal.sequence > after)
            .order_by(Seal.sequence)
            .limit(SEALS_PER_QUERY)
        )
        links = [Link(*row) for row in session.execute(statement)]
        if not links:
            return
        yield links
        after = links[-1].sequence


def without_seal(
    session: Session, *, before_xid: int, limit: int
) -> tuple[list[tuple[str, int]], int]:
    """Give records older than the frontier that nobody sealed, and how many newer ones wait."""
    slipped: list[tuple[str, int]] = []
    waiting = 0
    for kind, table in TABLES.items():
        sealed = exists().where(Seal.kind == kind, Seal.record_id == table.id)
        older = select(table.id).where(table.xid < before_xid, ~sealed).order_by(table.id)
        slipped += [(kind, record_id) for record_id in session.scalars(older.limit(limit))]
        newer = select(func.count()).where(table.xid >= before_xid, ~sealed)
        waiting += session.scalar(newer) or 0
    return slipped, waiting
