"""Decision rows and their inputs, appended."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from guardrails import Case, Verdict
from orchestrator.store import copying

_COLUMNS = (
    "id, at, moment, campaign_id, lead_id, person_id, number_id, attempt_id, ruling, codes,"
    " reasons, until, next_clear, policy_hash, input_digest, requested_by"
)


class Row(NamedTuple):
    """One decision to be appended."""

    case: Case
    verdict: Verdict
    next_clear: datetime | None
    attempt_id: UUID | None
    salt: bytes
    body: bytes
    digest: bytes


def append(
    session: Session,
    rows: Sequence[Row],
    *,
    moment: str,
    by: str,
    context: bytes,
    context_digest: bytes,
) -> list[int]:
    """Append decisions and their inputs by COPY; gives their ids in the same order."""
    ids = _begin(session, len(rows), context, context_digest)
    copying.copy_in(
        session,
        "decision",
        _COLUMNS,
        (_decision(id_, row, moment, by) for id_, row in zip(ids, rows, strict=True)),
    )
    context_field = copying.raw(context_digest)
    copying.copy_in(
        session,
        "decision_input",
        "decision_id, salt, body, context",
        (
            copying.row(
                copying.int8(id_), copying.raw(row.salt), copying.raw(row.body), context_field
            )
            for id_, row in zip(ids, rows, strict=True)
        ),
    )
    return ids


def _begin(session: Session, count: int, context: bytes, context_digest: bytes) -> list[int]:
    """Keep the shared facts unless they are kept, and draw the ids, in one statement."""
    with copying.raw_connection(session).cursor() as cursor:
        cursor.execute(
            "WITH kept AS (INSERT INTO decision_context (digest, body) VALUES (%s, %s)"
            " ON CONFLICT DO NOTHING)"
            " SELECT nextval(pg_get_serial_sequence('decision', 'id'))"
            " FROM generate_series(1, %s)",
            (context_digest, context, count),
        )
        rows: Iterable[tuple[Any, ...]] = cursor.fetchall()
        return [row[0] for row in rows]


def _decision(id_: int, row: Row, moment: str, by: str) -> bytes:
    case, verdict = row.case, row.verdict
    return copying.row(
        copying.int8(id_),
        copying.instant(case.now),
        copying.text(moment),
        copying.int8(case.campaign.id),
        copying.int8(case.lead.id or None),
        copying.int8(case.person.id or None),
        copying.int8(case.number.id or None),
        copying.uuid(row.attempt_id),
        copying.text(str(verdict.ruling)),
        copying.texts(verdict.codes),
        copying.jsonb(reasons_json(verdict)),
        copying.instant(verdict.until),
        copying.instant(row.next_clear),
        copying.text(verdict.policy),
        copying.raw(row.digest),
        copying.text(by),
    )


def reasons_json(verdict: Verdict) -> bytes:
    """Write every objection as JSON."""
    if not verdict.reasons:
        return b"[]"
    return msgspec.json.encode(
        [
            {"code": code, "pack": pack, "until": until, "values": dict(values)}
            for code, until, values, pack in verdict.reasons
        ],
        order="deterministic",
    )
