"""P5, P6 and P8 from the facts each last look was taken on: asked again, one rule at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from guardrails import Case, Policy
from orchestrator import policies
from orchestrator.decisions import decode_case
from orchestrator.invariants.finding import Finding, found

HOURS = "no call outside the allowed hours of any zone the person may be in"
PERSONAL = "no call without a name, a reason for this person, every variable filled"
SILENCE = "when a check cannot be made the phone stays silent, with a reason code of its own"
ROWS_PER_FETCH = 1_000
_BEGINNING = "1970-01-01Z"

_LOOKED = """
    SELECT a.id, a.claimed_at, a.ring_seconds_max, d.policy_hash, i.body, x.body
    FROM attempt a JOIN decision d ON d.id = a.last_look_id
    LEFT JOIN decision_input i ON i.decision_id = d.id
    LEFT JOIN decision_context x ON x.digest = i.context
    WHERE a.claimed_at >= :since ORDER BY a.claimed_at
"""
# A verdict without a reason, or a clear one with a reason, says nothing about why.
_SPEECHLESS = """
    SELECT id FROM decision WHERE at >= :since AND ((ruling = 'clear') <> (cardinality(codes) = 0)
        OR cardinality(codes) <> jsonb_array_length(reasons)) ORDER BY id
"""


@dataclass(slots=True)
class Seen:
    """What the last looks of placed calls were taken on, judged again."""

    calls: int = 0
    erased: int = 0
    outside_hours: list[str] = field(default_factory=list)
    impersonal: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)


def look(session: Session, *, since: datetime | None) -> Seen:
    """Read the facts behind every placed call and ask hours, personal and place rules again."""
    seen = Seen()
    for attempt, case, policy in _cases(session, seen, since=since):
        name = f"attempt:{attempt}"
        if _objects(case, policy, "hours.") or not policy.has_calling_window:
            seen.outside_hours.append(name)
        if _objects(case, policy, "personal."):
            seen.impersonal.append(name)
        covered = all(place.covered_by for place in case.jurisdictions)
        if not (covered and case.jurisdictions and case.person.zones and case.number.valid):
            seen.unsure.append(name)
    return seen


def hours(seen: Seen) -> Finding:
    """P5: the instant of the claim, and the end of ringing, lay within the hours."""
    return found("P5", HOURS, seen.outside_hours, note=_note(seen))


def personal(seen: Seen) -> Finding:
    """P6: what personalization demands was there."""
    return found("P6", PERSONAL, seen.impersonal, note=_note(seen))


def silence(session: Session, seen: Seen, *, since: datetime | None) -> Finding:
    """P8: no call rested on a missing fact, and every refusal to call says why."""
    rows = session.scalars(text(_SPEECHLESS), {"since": since or _BEGINNING})
    speechless = [f"decision:{decision_id}" for decision_id in rows]
    return found("P8", SILENCE, [*seen.unsure, *speechless], note=_note(seen))


def _cases(
    session: Session, seen: Seen, *, since: datetime | None
) -> Iterator[tuple[str, Case, Policy]]:
    """Give each placed call's case as of its claim, and the policy it was judged by."""
    rows = session.execute(
        text(_LOOKED).execution_options(yield_per=ROWS_PER_FETCH), {"since": since or _BEGINNING}
    )
    known = {policy.hash: policy for _, policy in policies.ever_in_force(session)}
    for attempt, claimed_at, ring_seconds_max, policy_hash, body, context in rows:
        seen.calls += 1
        if policy_hash not in known:
            seen.unsure.append(f"attempt:{attempt}")
            continue
        if body is None or context is None:
            seen.erased += 1
            continue
        case = decode_case(body, context).at(claimed_at)
        case.campaign.ring_seconds_max = ring_seconds_max
        yield str(attempt), case, known[policy_hash]


def _objects(case: Case, policy: Policy, family: str) -> bool:
    """Say whether a rule of this family objects to the case."""
    return any(
        rule.check(case) is not None for rule, _ in policy.placed if rule.code.startswith(family)
    )


def _note(seen: Seen) -> str:
    """Say how many calls could be looked at."""
    return f"{seen.calls - seen.erased} calls looked at, {seen.erased} with erased inputs"
