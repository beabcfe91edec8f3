"""Reserving an attempt and claiming it: the two writes that decide whether a telephone rings."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.store.candidates import Candidate
from orchestrator.store.copying import raw_connection


class Reservation(NamedTuple):
    """An attempt about to be reserved, and the clear decision behind it."""

    attempt_id: UUID
    candidate: Candidate
    decision_id: int

    @property
    def columns(self) -> tuple[object, ...]:
        """Give what is its own of the row to be inserted."""
        candidate = self.candidate
        return (
            self.attempt_id,
            candidate.lead_id,
            candidate.person_id,
            candidate.number_id,
            candidate.attempts + 1,
            self.decision_id,
            candidate.case.is_requested,
        )


class Reserved(NamedTuple):
    """A reserved attempt, locked, about to be looked at for the last time."""

    attempt_id: UUID
    lead_id: int
    campaign_id: int
    person_id: int
    number_id: int
    ordinal: int
    is_requested: bool  # Reserved because it was the time the person had asked for.


def reserve(
    session: Session,
    reservations: Sequence[Reservation],
    *,
    campaign_id: int,
    carrier: str,
    ring_seconds_max: int,
    now: datetime,
    expires_at: datetime,
    agent: str | None = None,
) -> list[UUID]:
    """Reserve attempts; gives the ids of those the database accepted.

    A person or a number with a call in progress takes no second one: the partial unique indexes
    turn it away and it is simply not reserved.
    """
    if not reservations:
        return []
    columns = zip(*(reservation.columns for reservation in reservations), strict=True)
    with raw_connection(session).cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO attempt (id, lead_id, person_id, number_id, ordinal, admission_id,
                is_requested, campaign_id, carrier, ring_seconds_max, reserved_at, sent_at,
                expires_at, agent)
            SELECT v.*, %s, %s, %s, %s, %s, %s, %s
            FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                %s::bigint[], %s::boolean[]) AS v
            ON CONFLICT DO NOTHING RETURNING id
            """,
            (
                campaign_id,
                carrier,
                ring_seconds_max,
                now,
                now,
                expires_at,
                agent,
                *[list(column) for column in columns],
            ),
        )
        return [UUID(str(row[0])) for row in cursor.fetchall()]


def company_of(session: Session, attempt_ids: Sequence[UUID]) -> set[int]:
    """Give whom these attempts would ring, and whoever shares a number with them; locks nothing."""
    with raw_connection(session).cursor() as cursor:
        cursor.execute(
            "SELECT person_id FROM attempt WHERE id = ANY(%(ids)s) UNION"
            " SELECT o.person_id FROM attempt a JOIN person_number pn ON pn.person_id = a.person_id"
            " JOIN person_number o ON o.number_id = pn.number_id WHERE a.id = ANY(%(ids)s)",
            {"ids": list(attempt_ids)},
        )
        rows: Iterable[tuple[Any, ...]] = cursor.fetchall()
        return {row[0] for row in rows}


def lock_reserved(
    session: Session, attempt_ids: Sequence[UUID], *, now: datetime, agent: str | None = None
) -> list[Reserved]:
    """Lock those of these attempts that may still be claimed; lock their people first.

    What an agent asked for is claimed in that agent's name and in no other.
    """
    rows = session.execute(
        text(
            "SELECT id, lead_id, campaign_id, person_id, number_id, ordinal, is_requested"
            " FROM attempt"
            " WHERE id = ANY(:ids) AND state = 'reserved' AND expires_at > :now"
            " AND agent IS NOT DISTINCT FROM CAST(:agent AS text)"
            " ORDER BY campaign_id, reserved_at, id FOR UPDATE SKIP LOCKED"
        ),
        {"ids": list(attempt_ids), "now": now, "agent": agent},
    )
    return [Reserved(*row) for row in rows]


def claim(session: Session, claims: Sequence[tuple[UUID, int]], *, now: datetime) -> list[UUID]:
    """Move reserved attempts to dialing, each with its last look; gives those that moved."""
    if not claims:
        return []
    with raw_connection(session).cursor() as cursor:
        cursor.execute(
            """
            UPDATE attempt a SET state = 'dialing', claimed_at = %s, last_look_id = v.decision_id
            FROM unnest(%s::uuid[], %s::bigint[]) AS v (id, decision_id)
            WHERE a.id = v.id AND a.state = 'reserved' RETURNING a.id
            """,
            (now, *[list(column) for column in zip(*claims, strict=True)]),
        )
        return [UUID(str(row[0])) for row in cursor.fetchall()]


def withdraw(
    session: Session, looks: Sequence[tuple[UUID, int | None, str]], *, now: datetime
) -> list[UUID]:
    """Withdraw reserved attempts, each with its last look and the first objection's code."""
    if not looks:
        return []
    with raw_connection(session).cursor() as cursor:
        cursor.execute(
            """
            UPDATE attempt a SET state = 'withdrawn', ended_at = %s,
                last_look_id = v.decision_id, outcome = v.outcome
            FROM unnest(%s::uuid[], %s::bigint[], %s::text[]) AS v (id, decision_id, outcome)
            WHERE a.id = v.id AND a.state = 'reserved' RETURNING a.id
            """,
            (now, *[list(column) for column in zip(*looks, strict=True)]),
        )
        return [UUID(str(row[0])) for row in cursor.fetchall()]
