"""Decide one case: ask every guardrail, collect every objection, fail closed."""

from datetime import datetime, timedelta

from guardrails.facts import Case
from guardrails.policy import Policy
from guardrails.verdict import Reason, Verdict

HORIZON = timedelta(days=400)
CHECK_AGAIN = timedelta(minutes=5)


def decide(case: Case, policy: Policy) -> Verdict:
    """Collect every objection, not only the first: people act on the whole list."""
    reasons: list[Reason] = []
    for check, pack, code in policy.checks:
        # One that breaks objects, because silence would place the call. The exception's own
        # text may carry a number or a name, so it stays behind.
        try:
            reason = check(case)
        except Exception:  # noqa: BLE001
            reason = Reason("check.failed", values={"about": code})
        if reason is not None:
            reasons.append(Reason(reason.code, reason.until, reason.values, pack))
    return Verdict(tuple(reasons), policy.hash)


def next_clear(case: Case, policy: Policy, verdict: Verdict | None = None) -> datetime | None:
    """Give the earliest instant at which the call is clear if no fact changes, or None.

    Each objection stands until its own `until`, so no instant before the latest of them can be
    clear; the question is asked again there. It looks 400 days ahead at most.
    """
    limit = case.now + HORIZON
    verdict = verdict or decide(case, policy)
    while verdict.reasons:
        until = verdict.until
        # An `until` that does not lie ahead is a fault of its guardrail: nobody waits for it.
        if until is None or not case.now < until <= limit:
            return None
        case = case.at(until)
        verdict = decide(case, policy)
    return case.now
