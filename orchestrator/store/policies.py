"""Versions of the house policy, and the places an officer answers for."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from orchestrator.tables import JurisdictionAcceptance, PersonState, PolicyVersion

# Where a state row leaves nothing out.
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def hash_in_force(session: Session) -> str | None:
    """Give the hash of the version in force; there is one at most."""
    statement = select(PolicyVersion.hash).where(PolicyVersion.state == "in_force")
    return session.scalar(statement)


def document(session: Session, policy_hash: str) -> dict[str, Any] | None:
    """Give the document of the version with this hash."""
    statement = select(PolicyVersion.document).where(PolicyVersion.hash == policy_hash)
    return session.scalar(statement)


def in_force_locked(session: Session) -> PolicyVersion:
    """Give the version in force, locked, so that two activations happen one after the other."""
    statement = (
        select(PolicyVersion)
        .where(PolicyVersion.state == "in_force")
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).one()


def version_locked(session: Session, version_id: int) -> PolicyVersion | None:
    """Give one version, locked."""
    return session.get(PolicyVersion, version_id, with_for_update=True, populate_existing=True)


def versions(session: Session, *, before_id: int | None, limit: int) -> Sequence[PolicyVersion]:
    """Give versions, newest first, a page at a time."""
    statement = select(PolicyVersion).order_by(PolicyVersion.id.desc()).limit(limit)
    if before_id is not None:
        statement = statement.where(PolicyVersion.id < before_id)
    return session.scalars(statement).all()


def ever_in_force(session: Session) -> Sequence[tuple[int, str]]:
    """Give id and hash of every version that was ever in force, the oldest first."""
    statement = (
        select(PolicyVersion.id, PolicyVersion.hash)
        .where(PolicyVersion.activated_at.is_not(None))
        .order_by(PolicyVersion.activated_at, PolicyVersion.id)
    )
    return session.execute(statement).all()


def add_draft(
    session: Session,
    policy_hash: str,
    *,
    document: dict[str, Any],
    why: str,
    by: str,
    now: datetime,
) -> PolicyVersion:
    """Keep a version as a draft; the same document is kept once, in whatever state it is."""
    statement = (
        insert(PolicyVersion)
        .values(
            hash=policy_hash,
            document=document,
            state="draft",
            why=why,
            drafted_by=by,
            drafted_at=now,
        )
        .on_conflict_do_nothing()
    )
    session.execute(statement)
    return session.scalars(select(PolicyVersion).where(PolicyVersion.hash == policy_hash)).one()


def install(
    session: Session, policy_hash: str, *, document: dict[str, Any], by: str, now: datetime
) -> bool:
    """Put the first version in force; False when another process did so at the same moment."""
    statement = (
        insert(PolicyVersion)
        .values(
            hash=policy_hash,
            document=document,
            state="in_force",
            why="ships with Takt",
            drafted_by=by,
            drafted_at=now,
            activated_by=by,
            activated_at=now,
        )
        .on_conflict_do_nothing()
        .returning(PolicyVersion.id)
    )
    return session.scalar(statement) is not None


def supersede(session: Session, version: PolicyVersion, *, now: datetime) -> None:
    """Take a locked version out of force."""
    version.state, version.superseded_at = "superseded", now
    session.flush()


def put_in_force(session: Session, version: PolicyVersion, *, by: str, now: datetime) -> None:
    """Put a locked version in force; the database allows one."""
    version.state, version.activated_by, version.activated_at = "in_force", by, now
    version.superseded_at = None
    session.flush()


def history_kept_from(session: Session) -> datetime | None:
    """Give the instant from which every state row has all touches; None when all have all."""
    return session.scalar(
        select(func.max(PersonState.kept_from)).where(PersonState.kept_from > BEGINNING)
    )


def accepted_regions(session: Session) -> frozenset[str]:
    """Give the places an officer answers for although no pack covers them."""
    statement = select(JurisdictionAcceptance.region).where(
        JurisdictionAcceptance.withdrawn_at.is_(None)
    )
    return frozenset(session.scalars(statement))


def accept_region(session: Session, region: str, *, why: str, by: str, now: datetime) -> int | None:
    """Record an acceptance; None when one stands already."""
    statement = (
        insert(JurisdictionAcceptance)
        .values(region=region, why=why, accepted_by=by, accepted_at=now)
        .on_conflict_do_nothing()
        .returning(JurisdictionAcceptance.id)
    )
    return session.scalar(statement)


def withdraw_region(session: Session, region: str, *, by: str, now: datetime) -> int | None:
    """End the standing acceptance of a place; None when there is none."""
    statement = (
        update(JurisdictionAcceptance)
        .where(
            JurisdictionAcceptance.region == region, JurisdictionAcceptance.withdrawn_at.is_(None)
        )
        .values(withdrawn_by=by, withdrawn_at=now)
        .returning(JurisdictionAcceptance.id)
    )
    return session.scalar(statement)


def acceptances(session: Session) -> Sequence[JurisdictionAcceptance]:
    """Give every acceptance there ever was, newest first."""
    statement = select(JurisdictionAcceptance).order_by(JurisdictionAcceptance.id.desc())
    return session.scalars(statement).all()
