"""What an import asks and writes: whose row it is, in bulk, and where the import stands.

Every function is one statement over thousands of rows. Identity is settled under one lock, so
that two imports never make two people of one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString, NamedTuple

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from orchestrator.store.copying import raw_connection
from orchestrator.tables import (
    ImportFinding,
    ImportJob,
    LeadSource,
    Number,
    Offer,
    Person,
    PersonKey,
    Topic,
)

IDENTITY_LOCK = 0x7A4B7
PERSON_FACTS = (
    *("name", "language", "region", "declared_zone", "address_zone"),
    *("protected", "open_case", "owned"),
)


class Holder(NamedTuple):
    """Somebody who can be reached on a number."""

    e164: str
    person_id: int
    name: str | None
    is_stranger: bool  # Nothing but the number is known of them.


class Told(NamedTuple):
    """A contact of another system that is in the ledger; its id is None before it is written."""

    touch_id: int | None
    person_id: int
    disposition: str


class Said(NamedTuple):
    """A statement about being called that is on record."""

    person_id: int
    given: bool
    at: datetime | None
    source: str
    fingerprint: str


def lock_job(session: Session, import_id: int) -> ImportJob | None:
    """Give an import, locked until the commit."""
    return session.get(ImportJob, import_id, with_for_update=True, populate_existing=True)


def lock_identities(session: Session) -> None:
    """Have every other import wait until the commit before it says who somebody is."""
    session.execute(select(func.pg_advisory_xact_lock(IDENTITY_LOCK)))


def unfinished(session: Session) -> list[int]:
    """Name the imports that wait or run, oldest first."""
    statement = select(ImportJob.id).where(ImportJob.state.in_(("waiting", "running")))
    return list(session.scalars(statement.order_by(ImportJob.id)))


def findings(
    session: Session, import_id: int, *, after: int, limit: int, severity: str | None = None
) -> list[ImportFinding]:
    """Give what was found in an import's rows, in order, after the finding last seen."""
    statement = (
        select(ImportFinding)
        .where(ImportFinding.import_id == import_id, ImportFinding.id > after)
        .order_by(ImportFinding.id)
        .limit(limit)
    )
    if severity is not None:
        statement = statement.where(ImportFinding.severity == severity)
    return list(session.scalars(statement))


def people_by_key(session: Session, source: str, external_ids: Sequence[str]) -> dict[str, int]:
    """Say who goes by these ids in a source."""
    rows = session.execute(
        select(PersonKey.external_id, PersonKey.person_id).where(
            PersonKey.source == source, PersonKey.external_id == func.any(list(external_ids))
        )
    )
    return {row.external_id: row.person_id for row in rows}


def number_ids(session: Session, e164s: Sequence[str]) -> dict[str, int]:
    """Say which of these numbers are known."""
    rows = session.execute(
        select(Number.e164, Number.id).where(Number.e164 == func.any(list(e164s)))
    )
    return {row.e164: row.id for row in rows}


def holders(session: Session, numbers: Sequence[int]) -> list[Holder]:
    """Give everybody who holds one of these numbers, first linked first."""
    rows = session.execute(
        text(
            "SELECT n.e164, pn.person_id, p.name, p.name IS NULL AND NOT EXISTS"
            " (SELECT FROM person_key k WHERE k.person_id = p.id) FROM person_number pn"
            " JOIN number n ON n.id = pn.number_id JOIN person p ON p.id = pn.person_id"
            " WHERE pn.number_id = ANY(:ids) ORDER BY pn.linked_at, pn.person_id"
        ),
        {"ids": list(numbers)},
    )
    return [Holder(*row) for row in rows]


def people(session: Session, person_ids: Iterable[int]) -> dict[int, Row[Any]]:
    """Give what is on record about people, by id."""
    columns = [getattr(Person, name) for name in ("id", *PERSON_FACTS)]
    rows = session.execute(select(*columns).where(Person.id == func.any(list(person_ids))))
    return {row.id: row for row in rows}


def update_people(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Replace what is on record about people: `person_id` and every one of `PERSON_FACTS`."""
    if rows:
        facts = ", ".join(f"{name} = :{name}" for name in PERSON_FACTS)
        statement = f"UPDATE person SET {facts} WHERE id = :person_id"  # noqa: S608 - constants
        session.execute(text(statement), rows)


def numbers_held(session: Session, person_ids: Iterable[int]) -> dict[int, int]:
    """Count the numbers these people have, which is the rank of their next one."""
    rows = session.execute(
        text(
            "SELECT person_id, count(*) FROM person_number WHERE person_id = ANY(:ids) GROUP BY 1"
        ),
        {"ids": list(person_ids)},
    )
    return {int(person_id): int(count) for person_id, count in rows}


def leads_of(session: Session, campaign_id: int, person_ids: Iterable[int]) -> set[int]:
    """Say which of these people are leads of a campaign already."""
    rows = session.scalars(
        text("SELECT person_id FROM lead WHERE campaign_id = :id AND person_id = ANY(:ids)"),
        {"id": campaign_id, "ids": list(person_ids)},
    )
    return {int(row) for row in rows}


def statements(session: Session, person_ids: Iterable[int]) -> list[Said]:
    """Give what these people are on record to have said about being called."""
    rows = session.execute(
        text(
            "SELECT person_id, given, given_at, source, fingerprint FROM consent"
            " WHERE person_id = ANY(:ids)"
        ),
        {"ids": list(person_ids)},
    )
    return [Said(*row) for row in rows]


def touches_known(session: Session, source: str, external_ids: Sequence[str]) -> dict[str, Told]:
    """Say which touches of a source are in the ledger, by their id there."""
    rows = session.execute(
        text(
            "SELECT external_id, id, person_id, disposition FROM touch"
            " WHERE source = :source AND external_id = ANY(:ids)"
        ),
        {"source": source, "ids": list(external_ids)},
    )
    return {external_id: Told(*told) for external_id, *told in rows}


def refusals_known(session: Session, source: str, external_ids: Sequence[str]) -> set[str]:
    """Say which noes of a source are on record."""
    rows = session.scalars(
        text("SELECT external_id FROM refusal WHERE source = :source AND external_id = ANY(:ids)"),
        {"source": source, "ids": list(external_ids)},
    )
    return set(rows)


def offers(session: Session) -> list[tuple[Offer, Topic]]:
    """Give every offer with its topic."""
    rows = session.execute(select(Offer, Topic).join(Topic, Topic.id == Offer.topic_id))
    return [(offer, topic) for offer, topic in rows]


def topics(session: Session) -> list[Topic]:
    """Give every topic."""
    return list(session.scalars(select(Topic)))


def add_sources(session: Session, names: Iterable[str]) -> None:
    """Note where leads come from, so that their conversations can be counted."""
    known = set(session.scalars(select(LeadSource.name)))
    for name in sorted(set(names) - known):
        session.execute(
            text("INSERT INTO lead_source (name) VALUES (:name) ON CONFLICT DO NOTHING"),
            {"name": name},
        )


def new_ids(session: Session, table: str, count: int) -> list[int]:
    """Take ids for rows that are copied in."""
    rows = session.scalars(
        text(
            "SELECT nextval(ids.name::regclass) FROM generate_series(1, :count),"
            " (SELECT pg_get_serial_sequence(:table, 'id') AS name OFFSET 0) ids"
        ),
        {"table": table, "count": count},
    )
    return [int(row) for row in rows]


def copy_rows(session: Session, statement: LiteralString, rows: Iterable[Sequence[object]]) -> None:
    """Copy rows in, within the session's transaction: `COPY table (columns) FROM STDIN`."""
    with raw_connection(session).cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def add_proposals(
    session: Session, pairs: Iterable[tuple[int, int, int]], *, now: datetime
) -> None:
    """Propose that two people are one; a proposal that was made before stays as it is."""
    rows: list[Mapping[str, Any]] = [
        {"one": min(pair[:2]), "other": max(pair[:2]), "number": pair[2], "now": now}
        for pair in pairs
    ]
    if rows:
        session.execute(
            text(
                "INSERT INTO merge_proposal (person_id, other_id, number_id, created_at)"
                " VALUES (:one, :other, :number, :now) ON CONFLICT DO NOTHING"
            ),
            rows,
        )


def open_extract(session: Session, *, register: str, extracted_at: datetime, import_id: int) -> int:
    """Name an extract of a register, making it when it is new."""
    named = {"register": register, "at": extracted_at, "import_id": import_id}
    session.execute(
        text(
            "INSERT INTO registry_extract (register, extracted_at, import_id)"
            " VALUES (:register, :at, :import_id) ON CONFLICT DO NOTHING"
        ),
        named,
    )
    found = session.scalar(
        text("SELECT id FROM registry_extract WHERE register = :register AND extracted_at = :at"),
        named,
    )
    return int(found)


def add_listings(session: Session, extract_id: int, e164s: Sequence[str]) -> set[str]:
    """List numbers in an extract; gives those that were not listed in it."""
    rows = session.scalars(
        text(
            "INSERT INTO registry_listing (extract_id, e164)"
            " SELECT :extract_id, unnest(CAST(:e164s AS text[])) ON CONFLICT DO NOTHING"
            " RETURNING e164"
        ),
        {"extract_id": extract_id, "e164s": sorted(set(e164s))},
    )
    return set(rows)


def complete_extract(session: Session, extract_id: int) -> list[int]:
    """Let an extract count, and name the people whose numbers it or its forerunner lists."""
    session.execute(
        text("UPDATE registry_extract SET is_complete = true WHERE id = :id"), {"id": extract_id}
    )
    rows = session.scalars(
        text(
            "SELECT DISTINCT pn.person_id FROM registry_extract mine"
            " JOIN registry_extract e ON e.register = mine.register"
            " JOIN registry_listing l ON l.extract_id = e.id"
            " JOIN number n ON n.e164 = l.e164"
            " JOIN person_number pn ON pn.number_id = n.id"
            " WHERE mine.id = :id"
        ),
        {"id": extract_id},
    )
    return [int(row) for row in rows]
