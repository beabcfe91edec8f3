"""Versions of the house policy: draft, compare, put in force; and what is in force now.

Exactly one version is in force. Tightening takes effect at once and reaches what is queued,
because admission and the last look ask the version in force at their own instant.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from guardrails import Guardrail, Policy, PolicyError, load_pack, read_policy
from guardrails.policy import write_guardrail
from guardrails.rules.frequency import Cap
from guardrails.tightening import Change, compare
from orchestrator import audit
from orchestrator.errors import Conflict, Invalid, NotFound, Unavailable
from orchestrator.roles import demand
from orchestrator.services import SYSTEM, Actor
from orchestrator.store import policies as store
from orchestrator.tables import PolicyVersion

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
POLICIES_KEPT = 64
WHY_LENGTH_MIN = 3
UNITS_OF_TIME = ("hours", "days", "minutes")
# Read policies by their hash; a version never changes, so an entry is never stale.
_READ: dict[str, Policy] = {}


class PolicyUnreadable(Invalid):
    """A policy document cannot be read."""

    code = "policy.unreadable"


class PolicyWithoutWindow(Invalid):
    """A policy without calling hours may not run."""

    code = "policy.no_calling_window"


class PolicyBroken(Unavailable):
    """The policy in force cannot be read as it was written, so no call is placed."""

    code = "policy.broken"


class PolicyLoosens(Conflict):
    """A change that loosens anything needs more than one officer's word."""

    code = "policy.loosening"


class PolicyNeedsHistory(Conflict):
    """A policy that looks further back comes into force only after the state was rebuilt."""

    code = "policy.needs_history"


class ReasonMissing(Invalid):
    """Say why; the reason is kept on the record."""

    code = "why.missing"


@dataclass(frozen=True, slots=True)
class EffectiveLimit:
    """One limit in force: what it is, what it may be, and which pack set it."""

    pack: str
    binding: str
    code: str
    name: str
    value: Any
    unit: str | None
    between: tuple[float, float] | None
    stricter: str
    says: str


def in_force(session: Session) -> Policy:
    """Give the policy every call is judged by; installs `house.default` where there is none.

    Raises PolicyBroken when the stored document is not what its hash says: a policy somebody
    bent places no call.
    """
    policy_hash = store.hash_in_force(session)
    if policy_hash is None:
        policy_hash = _install_default(session)
    return by_hash(session, policy_hash)


def by_hash(session: Session, policy_hash: str) -> Policy:
    """Give any version ever kept, by its hash."""
    policy = _READ.get(policy_hash)
    if policy is None:
        document = store.document(session, policy_hash)
        if document is None:
            raise NotFound("policy", policy_hash)
        policy = _reread(document, policy_hash)
        if len(_READ) >= POLICIES_KEPT:
            _READ.clear()
        _READ[policy_hash] = policy
    return policy


def ever_in_force(session: Session) -> Iterator[tuple[int, Policy]]:
    """Give every version that was ever in force, the oldest first, with its id."""
    for version_id, policy_hash in store.ever_in_force(session):
        yield version_id, by_hash(session, policy_hash)


def draft(
    session: Session, document: Mapping[str, Any], *, why: str, by: Actor, now: datetime
) -> PolicyVersion:
    """Keep a new version for later; it changes nothing until it is put in force."""
    demand(by, "officer", to="draft a policy")
    require_reason(why)
    try:
        policy = read_policy(document)
    except PolicyError as error:
        raise PolicyUnreadable(
            str(error), pack=error.pack, where=error.where, why=error.why
        ) from None
    if not policy.has_calling_window:
        message = "no guardrail `hours.closed` limits the hours; add one to a pack"
        raise PolicyWithoutWindow(message, field="guardrails")
    version = store.add_draft(
        session, policy.hash, document=policy.document, why=why, by=by.name, now=now
    )
    audit.note(
        session, "policy.draft", f"policy:{version.id}", by=by, now=now, hash=policy.hash, why=why
    )
    return version


def require_reason(why: str) -> None:
    """Refuse a deed nobody gives a reason for."""
    if len(why.strip()) < WHY_LENGTH_MIN:
        raise ReasonMissing("`why` is empty: say why, it is kept on the record", field="why")


def activate(session: Session, version_id: int, *, by: Actor, now: datetime) -> PolicyVersion:
    """Put a version in force that only tightens; it reaches at once whatever is queued.

    Raises PolicyLoosens for anything else, and for anything in doubt, saying what is missing.
    """
    demand(by, "officer", to="put a policy in force")
    in_force(session)  # So that there is something to compare with.
    standing = store.in_force_locked(session)
    version = store.version_locked(session, version_id)
    if version is None:
        raise NotFound("policy version", version_id)
    if version.state == "in_force":
        return version
    old, new = _reread(standing.document, standing.hash), _reread(version.document, version.hash)
    change = compare(old, new)
    if not change.is_tightening:
        raise _loosening(version_id, change)
    _require_history(session, new, now=now)
    store.supersede(session, standing, now=now)
    store.put_in_force(session, version, by=by.name, now=now)
    audit.note(
        session, "policy.activate", f"policy:{version_id}", by=by, now=now,
        hash=version.hash, was=old.hash, changes=change.words("en"),
    )  # fmt: skip
    return version


def window_needed(policy: Policy) -> timedelta | None:
    """Give how far back touches may matter to a policy; None is for ever."""
    longest = timedelta(0)
    for rule, _ in policy.placed:
        if isinstance(rule, Cap):
            if rule.reach_back is None:
                return None
            longest = max(longest, rule.reach_back)
        # Refusals are kept for good, so of the other families only this one reads touches.
        elif rule.code.startswith("history."):
            longest = max((longest, *_spans(rule)))
    return longest


def versions(
    session: Session, *, before_id: int | None = None, limit: int = 100
) -> Sequence[PolicyVersion]:
    """Give versions, newest first, a page at a time."""
    return store.versions(session, before_id=before_id, limit=limit)


def effective(session: Session) -> Iterator[EffectiveLimit]:
    """Give every limit in force with its unit, bounds, strict direction and pack."""
    policy = in_force(session)
    bindings = {pack.name: pack.binding for pack in policy.packs}
    for rule, pack in policy.placed:
        values = write_guardrail(rule)
        for field in dataclasses.fields(rule):  # type: ignore[arg-type]
            declared = field.metadata
            yield EffectiveLimit(
                pack,
                bindings[pack],
                rule.code,
                field.name,
                values[field.name],
                declared.get("unit"),
                declared.get("between"),
                declared.get("stricter", "same"),
                declared.get("says", ""),
            )


def _spans(rule: Guardrail) -> Iterator[timedelta]:
    """Give every length of time among a guardrail's limits."""
    for field in dataclasses.fields(rule):  # type: ignore[arg-type]
        value, unit = getattr(rule, field.name), field.metadata.get("unit")
        if unit in UNITS_OF_TIME and value is not None:
            yield timedelta(**{unit: value})


def _loosening(version_id: int, change: Change) -> PolicyLoosens:
    """Say what a loosening still needs: a reason, a second officer, a finished back-test."""
    message = (
        f"policy version {version_id} loosens what is in force; that needs a reason, a second"
        " officer and a finished back-test, and one officer alone can only tighten"
    )
    return PolicyLoosens(
        message,
        missing=["reason", "second_officer", "back_test"],
        changes_en=change.words("en"),
        changes_ru=change.words("ru"),
    )


def _require_history(session: Session, policy: Policy, *, now: datetime) -> None:
    """Refuse a policy that looks further back than the state rows do."""
    needed = window_needed(policy)
    kept_from = store.history_kept_from(session)
    if kept_from is None or kept_from <= ALWAYS:
        return
    if needed is None or kept_from > now - needed:
        message = (
            "this policy counts touches older than the state rows keep: rebuild them first,"
            f" they begin at {kept_from.date().isoformat()}"
        )
        raise PolicyNeedsHistory(message, kept_from=kept_from.isoformat())


def _install_default(session: Session) -> str:
    """Put the policy that ships with Takt in force as the first version.

    It rules whenever nobody has configured anything, hence since always: no clock is asked.
    """
    policy = Policy((load_pack(),))
    store.install(session, policy.hash, document=policy.document, by=SYSTEM.name, now=ALWAYS)
    # Another process may have been first, with the pack of its own release.
    return store.hash_in_force(session) or policy.hash


def _reread(document: Mapping[str, Any], policy_hash: str) -> Policy:
    """Read a stored document, which must give the hash it was stored under."""
    try:
        policy = read_policy(document)
    except PolicyError as error:
        raise PolicyBroken(f"policy `{policy_hash}` cannot be read: {error}") from None
    if policy.hash != policy_hash:
        message = f"the document of policy `{policy_hash}` does not give that hash"
        raise PolicyBroken(message, hash=policy_hash)
    return policy
