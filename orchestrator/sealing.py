"""The chain over decisions and audit events: adding links, and finding where it was bent.

Each link is the SHA-256 of the link before it and of every column of one record, in the order
the records were committed. Whoever changes, removes or slips in a record breaks it there.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy.orm import Session

from orchestrator.services import Services
from orchestrator.store import record as store
from orchestrator.store.record import Link

START = bytes(32)
RECORDS_PER_TRANSACTION = 100_000
FINDINGS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What was found along the chain; records are named `decision:17` or `audit:4`."""

    sealed: int
    unsealed: int  # Committed lately, sealed within seconds.
    head: str  # The last hash: note it elsewhere, and the past cannot be rewritten.
    altered: tuple[str, ...]
    removed: tuple[str, ...]
    inserted: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Say whether nothing was altered, removed or slipped in."""
        return not (self.altered or self.removed or self.inserted)


def link_hash(previous: bytes, kind: str, digest: bytes) -> bytes:
    """Hash one record onto the chain."""
    return hashlib.sha256(previous + kind.encode() + digest).digest()


def seal(services: Services) -> int:
    """Chain everything committed that is not chained yet; says how many records.

    Only one process seals at a time; another one that tries does nothing.
    """
    total = 0
    while True:
        with services.transaction() as session:
            added = seal_some(session, limit=RECORDS_PER_TRANSACTION)
        total += added
        if added < RECORDS_PER_TRANSACTION:
            return total


def seal_some(session: Session, *, limit: int) -> int:
    """Add at most so many links, in this transaction."""
    if not store.lock_sealing(session):
        return 0
    last = store.last_link(session)
    sequence, previous = (0, START) if last is None else (last.sequence, last.hash)
    keys = store.unsealed(session, since_xid=store.frontier(session, last), limit=limit)
    links: list[Link] = []
    for kind, record_id, digest in store.digests(session, keys):
        if digest is None:
            continue  # Gone between two statements; it was never part of the chain.
        sequence += 1
        previous = link_hash(previous, kind, digest)
        links.append(Link(sequence, kind, record_id, previous))
    store.add_links(session, links)
    return len(links)


def verify(session: Session, *, last: int | None = None) -> ChainReport:
    """Walk the chain, or only its `last` links, and name whatever is not as it was sealed.

    What cannot be seen from inside: a tail cut off together with its seals. Compare `head` with
    a copy kept elsewhere for that.
    """
    altered: list[str] = []
    removed: list[str] = []
    end = store.last_link(session)
    sealed, expected, previous = 0, 1, START
    if end is not None and last is not None and end.sequence > last:
        before = store.link(session, end.sequence - last)
        if before is not None:
            expected, previous = before.sequence + 1, before.hash
    for links in store.chain(session, after=expected - 1):
        keys = [(link.kind, link.record_id) for link in links]
        for link, (kind, record_id, digest) in zip(
            links, store.digests(session, keys), strict=True
        ):
            name = f"{kind}:{record_id}"
            if link.sequence != expected:
                removed.append(f"seal:{expected}..{link.sequence - 1}")
                # The link before this one is gone, so its hash cannot be recomputed.
            elif digest is not None and link_hash(previous, kind, digest) != link.hash:
                altered.append(name)
            if digest is None:
                removed.append(name)
            # Going on from the stored hash names the altered record alone, not all after it.
            sealed, expected, previous = sealed + 1, link.sequence + 1, link.hash
    frontier = store.frontier(session, end)
    slipped, waiting = store.without_seal(session, before_xid=frontier, limit=FINDINGS_MAX)
    return ChainReport(
        sealed,
        waiting,
        previous.hex(),
        tuple(altered[:FINDINGS_MAX]),
        tuple(removed[:FINDINGS_MAX]),
        tuple(f"{kind}:{record_id}" for kind, record_id in slipped),
    )
