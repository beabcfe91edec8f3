"""Proposals that two records are one person, and the numbers such people share."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.tables import MergeProposal


def locked(session: Session, proposal_id: int) -> MergeProposal | None:
    """Give one proposal, locked until the commit."""
    return session.get(MergeProposal, proposal_id, with_for_update=True)


# Everybody who was found to be one person with somebody, through any number of merges.
_SHARE = text("""
    WITH RECURSIVE same (person_id, record_id) AS (
        SELECT id, id FROM unnest(CAST(:ids AS bigint[])) AS wanted (id)
        UNION
        SELECT s.person_id, CASE m.person_id WHEN s.record_id THEN m.other_id ELSE m.person_id END
        FROM same s JOIN merge_proposal m
            ON m.state = 'merged' AND s.record_id IN (m.person_id, m.other_id)
    ), pairs AS (
        SELECT a.record_id AS person_id, b.record_id AS other_id
        FROM same a JOIN same b ON b.person_id = a.person_id AND b.record_id <> a.record_id
    )
    INSERT INTO person_number (person_id, number_id, rank, linked_at)
    SELECT DISTINCT p.person_id, n.number_id,
        (SELECT coalesce(max(rank), -1) + 1 FROM person_number x WHERE x.person_id = p.person_id),
        CAST(:now AS timestamptz)
    FROM pairs p JOIN person_number n ON n.person_id = p.other_id
    ON CONFLICT DO NOTHING RETURNING number_id
""")


def share_numbers(session: Session, person_ids: Iterable[int], *, now: datetime) -> list[int]:
    """Link the numbers of records that are one person to all of these records; gives the numbers.

    To be repeated whenever one of them is linked to another number: what one record refused
    covers the numbers of the other only through the numbers they share.
    """
    session.flush()
    found = session.scalars(_SHARE, {"ids": sorted(set(person_ids)), "now": now})
    return [int(number_id) for number_id in found]


_PROTECT = text("""
    UPDATE person p SET protected = coalesce(p.protected, o.protected),
        open_case = coalesce(p.open_case, o.open_case),
        owned = ARRAY(SELECT thing FROM unnest(a.owned || b.owned) WITH ORDINALITY x (thing, place)
            GROUP BY thing ORDER BY min(place))
    FROM person o, person a, person b
    WHERE p.id IN (:one, :other) AND o.id IN (:one, :other) AND o.id <> p.id
        AND a.id = :one AND b.id = :other
""")
_TAKE_BACK = text("""
    INSERT INTO consent (person_id, given, given_at, purpose, source, fingerprint, recorded_by,
        recorded_at)
    SELECT CASE c.person_id WHEN :one THEN :other ELSE :one END, false, c.given_at, c.purpose,
        'merge', 'merge:' || c.fingerprint, CAST(:by AS text), CAST(:now AS timestamptz)
    FROM consent c WHERE c.person_id IN (:one, :other) AND NOT c.given
    ON CONFLICT DO NOTHING
""")


def share_protection(session: Session, proposal: MergeProposal, *, by: str, now: datetime) -> None:
    """Let both records know what protects either, what they own, and which consents they took back.

    A consent that was given stays with the record it was given to.
    """
    pair = {"one": proposal.person_id, "other": proposal.other_id}
    session.execute(_PROTECT, pair)
    session.execute(_TAKE_BACK, {**pair, "by": by, "now": now})
