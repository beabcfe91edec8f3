"""State rows: locked, made from the ledger, compared with it. Nothing else writes them.

One statement makes any number of rows, so appending, importing, repairing and checking cannot
disagree. Its cost for a person follows that person's touches since `kept_from`, by index.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.history import CHANNELS, KINDS, PURPOSES, REACHES


def _position(of: Sequence[str | None], column: str) -> str:
    """Write the SQL for a word's position in one of the layout's lists."""
    words = ", ".join("NULL" if word is None else f"'{word}'" for word in of)
    return f"int2send((array_position(ARRAY[{words}]::text[], {column}) - 1)::int2)"


def _instant(column: str) -> str:
    """Write the SQL for an instant as microseconds since 1970; 0 for none."""
    return f"int8send(coalesce((extract(epoch FROM {column}) * 1000000)::int8, 0))"


def _id(column: str) -> str:
    """Write the SQL for an id; 0 for none."""
    return f"int4send(coalesce({column}, 0)::int4)"


# A correction is a later entry that names the old one; the further-reaching of them counts.
_TOUCHES = f"""
    SELECT string_agg(
        {_instant("t.at")} || {_position(CHANNELS, "t.channel")} || int2send(t.outbound::int::int2)
        || int2send(greatest(
            array_position(ARRAY{list(REACHES)}::text[], t.reach),
            (SELECT max(array_position(ARRAY{list(REACHES)}::text[], c.reach))
             FROM touch c WHERE c.corrects_id = t.id))::int2 - 1::int2)
        || {_position(PURPOSES, "t.purpose")} || {_id("t.number_id")} || {_id("t.offer_id")}
        || {_id("t.topic_id")} || {_id("t.campaign_id")} || int4send(t.talk_seconds::int4),
        ''::bytea ORDER BY t.at, t.id)
    FROM touch t
    WHERE t.person_id = p.id AND t.corrects_id IS NULL AND t.at >= k.kept_from
"""  # noqa: S608 - made of constants
_REFUSALS = f"""
    SELECT string_agg(
        {_instant("r.at")} || {_position(KINDS, "r.kind")} || {_id("r.offer_id")}
        || {_id("r.topic_id")}, ''::bytea ORDER BY r.at, r.id)
    FROM refusal r WHERE r.person_id = p.id AND r.lifted_at IS NULL
"""  # noqa: S608
_CONSENTS = f"""
    SELECT string_agg(
        int2send(c.given::int::int2) || {_instant("c.given_at")}
        || {_position(PURPOSES, "c.purpose")}
        || int2send((c.evidence IS NOT NULL AND c.given_at IS NOT NULL)::int::int2)
        || {_instant("c.expires_at")}, ''::bytea ORDER BY c.given_at NULLS FIRST, c.id)
    FROM consent c WHERE c.person_id = p.id
"""  # noqa: S608

# The state as the ledger says it should be, for the people in `{who}`.
_MADE = """
    SELECT p.id AS person_id, coalesce(({touches}), ''::bytea) AS touches,
        coalesce(({refusals}), ''::bytea) AS refusals,
        coalesce(({consents}), ''::bytea) AS consents,
        (SELECT count(*) FROM touch t WHERE t.person_id = p.id AND t.corrects_id IS NULL)
            AS touches_ever,
        k.kept_from,
        (SELECT u.cause FROM suppression u WHERE u.person_id = p.id AND u.lifted_at IS NULL
         ORDER BY u.id LIMIT 1) AS suppressed
    FROM person p
    LEFT JOIN person_state s ON s.person_id = p.id
    CROSS JOIN LATERAL (
        SELECT coalesce(CAST(:kept_from AS timestamptz), s.kept_from, '0001-01-01Z') AS kept_from
    ) k
    WHERE {who}
"""
# A number as links and suppressions say it should be.
_NUMBERS = """
    SELECT n.id, (SELECT count(*) FROM person_number pn WHERE pn.number_id = n.id) AS holders,
        (SELECT u.cause FROM suppression u WHERE u.number_id = n.id AND u.lifted_at IS NULL
         ORDER BY u.id LIMIT 1) AS suppressed
    FROM number n
"""
_COLUMNS = "touches, refusals, consents, touches_ever, kept_from, suppressed"
_REFRESH = """
    INSERT INTO person_state AS state (person_id, {columns}) {made}
    ON CONFLICT (person_id) DO UPDATE SET ({columns}) = ROW({excluded})
"""


def _made(who: str) -> str:
    return _MADE.format(touches=_TOUCHES, refusals=_REFUSALS, consents=_CONSENTS, who=who)


def _refresh(who: str) -> str:
    excluded = ", ".join(f"excluded.{column.strip()}" for column in _COLUMNS.split(","))
    return _REFRESH.format(columns=_COLUMNS, made=_made(who), excluded=excluded)


def lock(session: Session, person_ids: Iterable[int]) -> None:
    """Lock people in ascending order until the commit; whoever writes about them comes here first.

    A person without a state row gets one, made from the ledger, so that there is something to
    lock and nobody decides on an empty history that is not.
    """
    ids = sorted(set(person_ids))
    _make(session, _hold(session, ids))


def _hold(session: Session, ids: list[int]) -> list[int]:
    """Lock state rows, with an empty one for whoever has none yet; names these people."""
    without_state = sorted(set(ids) - set(_lock(session, ids)))
    if without_state:
        session.execute(
            text(
                "INSERT INTO person_state (person_id, kept_from)"
                " SELECT p.id, '0001-01-01Z' FROM person p WHERE p.id = ANY(:ids) ORDER BY p.id"
                " ON CONFLICT DO NOTHING"
            ),
            {"ids": without_state},
        )
        _lock(session, ids)
    return without_state


def _lock(session: Session, ids: list[int]) -> list[int]:
    rows = session.scalars(
        text(
            "SELECT person_id FROM person_state WHERE person_id = ANY(:ids)"
            " ORDER BY person_id FOR UPDATE"
        ),
        {"ids": ids},
    )
    return [int(row) for row in rows]


def company_of(session: Session, person_ids: Iterable[int]) -> set[int]:
    """Give these people and everybody who shares a number with one of them."""
    rows = session.scalars(
        text(
            "SELECT DISTINCT o.person_id FROM person_number pn"
            " JOIN person_number o ON o.number_id = pn.number_id WHERE pn.person_id = ANY(:ids)"
        ),
        {"ids": sorted(set(person_ids))},
    )
    return {int(row) for row in rows} | set(person_ids)


def refresh(session: Session, person_ids: Iterable[int]) -> None:
    """Make these people's state rows from the ledger, in this transaction.

    Locks them first: a state read before somebody else's commit would overwrite what they wrote.
    """
    ids = sorted(set(person_ids))
    session.flush()
    _hold(session, ids)
    _make(session, ids)


def begin(session: Session, person_ids: Iterable[int]) -> None:
    """Make the first state rows of people this transaction made, whom nobody else can see."""
    session.flush()
    _make(session, sorted(set(person_ids)))


def _make(session: Session, ids: list[int]) -> None:
    if ids:
        session.execute(text(_refresh("p.id = ANY(:ids)")), {"ids": ids, "kept_from": None})


def refresh_numbers(session: Session, number_ids: Iterable[int]) -> None:
    """Make `suppressed` and `holders` of these numbers from suppressions and links.

    Locks them first, so that what others link or suppress at the same time is counted too.
    """
    ids = sorted(set(number_ids))
    if ids:
        session.flush()
        session.execute(
            text("SELECT FROM number WHERE id = ANY(:ids) ORDER BY id FOR UPDATE"), {"ids": ids}
        )
        session.execute(
            text(
                f"UPDATE number n SET holders = made.holders, suppressed = made.suppressed"  # noqa: S608
                f" FROM ({_NUMBERS} WHERE n.id = ANY(:ids)) made"
                " WHERE n.id = made.id AND (n.holders, n.suppressed)"
                " IS DISTINCT FROM (made.holders, made.suppressed)"
            ),
            {"ids": ids},
        )


def rebuild(session: Session, first_id: int, last_id: int, *, kept_from: datetime) -> None:
    """Make the state rows of a range of people anew, keeping touches since `kept_from`."""
    people = "SELECT id FROM person WHERE id BETWEEN :first_id AND :last_id ORDER BY id"
    ids = session.scalars(text(people), {"first_id": first_id, "last_id": last_id})
    _hold(session, [int(person_id) for person_id in ids])
    session.execute(
        text(_refresh("p.id BETWEEN :first_id AND :last_id")),
        {"first_id": first_id, "last_id": last_id, "kept_from": kept_from},
    )


def differences(session: Session, *, limit: int = 100) -> list[int]:
    """Name people whose state row is not what the ledger makes of it."""
    # INVARIANT: empty, always; deciding reads the state and nothing else of history.
    made = _made("true")
    rows = session.scalars(
        text(
            f"SELECT made.person_id FROM ({made}) made"  # noqa: S608 - made of constants
            " LEFT JOIN person_state state USING (person_id)"
            " WHERE (made.touches, made.refusals, made.consents, made.touches_ever,"
            " made.suppressed) IS DISTINCT FROM (state.touches, state.refusals, state.consents,"
            " state.touches_ever, state.suppressed) ORDER BY 1 LIMIT :limit"
        ),
        {"kept_from": None, "limit": limit},
    )
    return [int(row) for row in rows]


def number_differences(session: Session, *, limit: int = 100) -> list[int]:
    """Name numbers whose holders or suppression are not what links and suppressions say."""
    # INVARIANT: empty, always; a number of one holder is decided on without looking for others.
    rows = session.scalars(
        text(
            f"SELECT n.id FROM number n JOIN ({_NUMBERS}) made USING (id)"  # noqa: S608
            " WHERE (n.holders, n.suppressed) IS DISTINCT FROM (made.holders, made.suppressed)"
            " ORDER BY 1 LIMIT :limit"
        ),
        {"limit": limit},
    )
    return [int(row) for row in rows]


def touch_leads(session: Session, person_ids: Iterable[int], now: datetime) -> None:
    """Have the open leads of these people looked at again: a fact about them changed."""
    ids = sorted(set(person_ids))
    if ids:
        session.execute(
            text(
                "INSERT INTO lead_progress AS g (lead_id, campaign_id, person_id, due_at)"
                " SELECT l.id, l.campaign_id, l.person_id, :now FROM lead l"
                " WHERE l.person_id = ANY(:ids) ORDER BY l.id"
                " ON CONFLICT (lead_id) DO UPDATE"
                " SET due_at = greatest(excluded.due_at, g.not_before) WHERE g.state = 'open'"
            ),
            {"ids": ids, "now": now},
        )
