"""Leads in their campaigns, and when each is next due."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from guardrails.facts import CALLBACK_GRACE
from orchestrator.store.copying import instants, literal, raw_connection
from orchestrator.tables import LIVE, Lead


class Due(NamedTuple):
    """What a decision says about one lead's next moment."""

    lead_id: int
    due_at: datetime | None
    key: bytes
    decision_id: int


def ids_after(session: Session, campaign_id: int, *, after_id: int, limit: int) -> list[int]:
    """Give the next leads of a campaign in order of id, whatever became of them."""
    statement = (
        select(Lead.id)
        .where(Lead.campaign_id == campaign_id, Lead.id > after_id)
        .order_by(Lead.id)
        .limit(limit)
    )
    return list(session.scalars(statement))


def lock_open(session: Session, campaign_id: int, first_last: tuple[int, int]) -> list[int]:
    """Lock the open leads in a range of ids, in order; one without progress gets it first.

    A fact that changes meanwhile waits for our commit and then has the lead looked at again.
    """
    span = {"campaign_id": campaign_id, "first": first_last[0], "last": first_last[1]}
    session.execute(
        text(
            "INSERT INTO lead_progress (lead_id, campaign_id, person_id)"
            " SELECT id, campaign_id, person_id FROM lead"
            " WHERE campaign_id = :campaign_id AND id BETWEEN :first AND :last"
            " AND NOT EXISTS (SELECT FROM lead_progress g WHERE g.lead_id = lead.id)"
            " ON CONFLICT DO NOTHING"
        ),
        span,
    )
    rows = session.scalars(
        text(
            "SELECT lead_id FROM lead_progress WHERE campaign_id = :campaign_id"
            " AND lead_id BETWEEN :first AND :last AND state = 'open'"
            " ORDER BY lead_id FOR UPDATE"
        ),
        span,
    )
    return [int(row) for row in rows]


def write_due(session: Session, due: Sequence[Due], *, now: datetime) -> None:
    """Write what was decided about leads and when each is due."""
    if not due:
        return
    with raw_connection(session).cursor() as cursor:
        cursor.execute(
            """
            UPDATE lead_progress g
            SET due_at = v.due_at, verdict_key = v.key, decision_id = v.decision_id,
                screened_at = %s
            FROM unnest(%s::bigint[], %s::timestamptz[], %s::bytea[], %s::bigint[])
                AS v (lead_id, due_at, key, decision_id)
            WHERE g.lead_id = v.lead_id
            """,
            (
                now,
                literal(str(one.lead_id) for one in due),
                instants(one.due_at for one in due),
                literal(f'"\\\\x{one.key.hex()}"' for one in due),
                literal(str(one.decision_id) for one in due),
            ),
        )


def write_due_again(session: Session, due: Sequence[tuple[int, datetime | None]]) -> None:
    """Write when leads are due about which the same was said as before."""
    if not due:
        return
    with raw_connection(session).cursor() as cursor:
        cursor.execute(
            """
            UPDATE lead_progress g SET due_at = v.due_at
            FROM unnest(%s::bigint[], %s::timestamptz[]) AS v (lead_id, due_at)
            WHERE g.lead_id = v.lead_id AND g.due_at IS DISTINCT FROM v.due_at
            """,
            (literal(str(lead_id) for lead_id, _ in due), instants(at for _, at in due)),
        )


def due_now(session: Session, campaign_id: int, *, now: datetime, limit: int) -> list[int]:
    """Give leads whose time has come, longest due first; nothing is locked yet.

    People with a call in progress are left out only to save work: the database allows one. A
    callback that was missed is left to a person, also before the sweep has handed it over.
    """
    rows = session.scalars(
        text(
            f"SELECT g.lead_id FROM lead_progress g"  # noqa: S608 - made of constants
            " WHERE g.campaign_id = :campaign_id AND g.state = 'open' AND g.due_at <= :now"
            " AND coalesce(g.callback_at > :promised_before, true)"
            " AND NOT EXISTS (SELECT FROM attempt a WHERE a.person_id = g.person_id"
            f" AND a.state IN {LIVE}) ORDER BY g.due_at, g.lead_id LIMIT :limit"
        ),
        {
            "campaign_id": campaign_id,
            "now": now,
            "promised_before": now - CALLBACK_GRACE,
            "limit": limit,
        },
    )
    return [int(row) for row in rows]


def lock_due(session: Session, lead_ids: Sequence[int], *, now: datetime) -> list[int]:
    """Lock those of these leads that are still due, leaving out what others hold."""
    rows = session.scalars(
        text(
            "SELECT lead_id FROM lead_progress WHERE lead_id = ANY(:ids) AND state = 'open'"
            " AND due_at <= :now ORDER BY due_at, lead_id FOR UPDATE SKIP LOCKED"
        ),
        {"ids": list(lead_ids), "now": now},
    )
    return [int(row) for row in rows]


def people_of(session: Session, lead_ids: Sequence[int]) -> list[int]:
    """Give the people behind these leads."""
    statement = select(Lead.person_id).where(Lead.id.in_(lead_ids)).distinct()
    return list(session.scalars(statement))


def make_due(session: Session, lead_ids: Sequence[int], *, at: datetime) -> None:
    """Have these leads looked at again at an instant."""
    session.execute(
        text("UPDATE lead_progress SET due_at = :at WHERE lead_id = ANY(:ids) AND state = 'open'"),
        {"ids": list(lead_ids), "at": at},
    )
