"""Take decisions, keep them with what they were taken on, and take them again to compare.

A decision row says what was answered, under which policy, on which inputs (by digest). The
inputs lie beside it in a row that can be erased: after that the digest still binds, but no
longer tells anything, since it is salted.
"""

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from guardrails import Case, Policy, Ruling, Verdict, decide, next_clear, read_policy
from guardrails import facts as fact
from guardrails.engine import CHECK_AGAIN, HORIZON
from orchestrator.errors import NotFound
from orchestrator.store import decisions as store
from orchestrator.store.candidates import Candidate
from orchestrator.store.ground import Ground
from orchestrator.tables import Decision, DecisionContext, DecisionInput, PolicyVersion

Moment = Literal["screening", "admission", "last_look", "asked"]
SALT_BYTES = 16


class Inputs(msgspec.Struct):
    """The facts of one case that are its own."""

    now: datetime
    lead: fact.Lead
    person: fact.Person
    number: fact.Number
    touches: tuple[fact.Touch, ...]
    refusals: tuple[fact.Refusal, ...]
    jurisdictions: tuple[fact.Jurisdiction, ...]
    calendars: tuple[str, ...]


class Context(msgspec.Struct):
    """The facts many cases share."""

    campaign: fact.Campaign
    calendars: dict[str, tuple[list[date], date]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A lead's case with its answer: the number it would be called on, and what was said."""

    candidate: Candidate
    verdict: Verdict
    next_clear: datetime | None
    key: bytes  # Identifies what was answered: codes, instants and policy.

    @property
    def due_at(self) -> datetime | None:
        """Say when to ask again without being told of a new fact; None for never."""
        if not self.verdict.reasons:
            due = self.candidate.case.now
        elif "check.failed" in self.verdict.codes:
            due = self.candidate.case.now + CHECK_AGAIN
        elif self.next_clear is not None:
            due = self.next_clear
        elif self.verdict.until is not None:
            due = min(self.verdict.until, self.candidate.case.now + HORIZON)
        else:
            return None
        later = self.candidate.not_before
        return due if later is None else max(due, later)


def judge(candidates: Sequence[Candidate], policy: Policy) -> Judged:
    """Decide a lead on each of its numbers and keep the best: callable soonest, first by rank."""
    best: Judged | None = None
    for candidate in candidates:
        verdict = decide(candidate.case, policy)
        if not verdict.reasons:
            return Judged(candidate, verdict, candidate.case.now, _key(verdict))
        later = next_clear(candidate.case, policy, verdict) if verdict.until else None
        answer = Judged(candidate, verdict, later, _key(verdict))
        if best is None or _ease(answer) < _ease(best):
            best = answer
    if best is None:
        message = "a lead is judged on at least one candidate"
        raise ValueError(message)
    return best


def _key(verdict: Verdict) -> bytes:
    said = [(reason.code, reason.until) for reason in verdict.reasons]
    text = msgspec.json.encode((verdict.policy, said))
    return hashlib.blake2b(text, digest_size=8).digest()


def _ease(judged: Judged) -> tuple[int, float]:
    at = judged.next_clear
    return judged.verdict.ruling, at.timestamp() if at is not None else float("inf")


def record(
    session: Session,
    ground: Ground,
    judged: Sequence[Judged],
    *,
    moment: Moment,
    by: str,
    attempt_ids: Sequence[UUID | None] | None = None,
) -> list[int]:
    """Append decisions with their inputs; gives their ids in the same order."""
    if not judged:
        return []
    context = encode_context(ground, judged)
    digest = hashlib.sha256(context).digest()
    salts = os.urandom(SALT_BYTES * len(judged))
    rows = []
    for place, answer in enumerate(judged):
        salt = salts[place * SALT_BYTES : (place + 1) * SALT_BYTES]
        body = encode_inputs(answer.candidate.case)
        rows.append(
            store.Row(
                answer.candidate.case,
                answer.verdict,
                answer.next_clear,
                attempt_ids[place] if attempt_ids else None,
                salt,
                body,
                digest_of(salt, digest, body),
            )
        )
    return store.append(session, rows, moment=moment, by=by, context=context, context_digest=digest)


def digest_of(salt: bytes, context_digest: bytes, body: bytes) -> bytes:
    """Bind a decision to its inputs: SHA-256 of salt, shared facts' digest and own facts."""
    return hashlib.sha256(salt + context_digest + body).digest()


def encode_inputs(case: Case) -> bytes:
    """Write a case's own facts as JSON."""
    return msgspec.json.encode(
        Inputs(
            case.now,
            case.lead,
            case.person,
            case.number,
            case.touches,
            case.refusals,
            case.jurisdictions,
            tuple(calendar.region for calendar in case.calendars),
        )
    )


def encode_context(ground: Ground, judged: Iterable[Judged]) -> bytes:
    """Write the shared facts of these cases as JSON, the same bytes for the same facts."""
    calendars = {
        calendar.region: (sorted(calendar.holidays), calendar.horizon)
        for answer in judged
        for calendar in answer.candidate.case.calendars
    }
    return msgspec.json.encode(Context(ground.campaign, calendars), order="deterministic")


def decode_case(body: bytes, context: bytes) -> Case:
    """Read a case back from its stored facts."""
    inputs = msgspec.json.decode(body, type=Inputs)
    shared = msgspec.json.decode(context, type=Context)
    calendars = tuple(
        fact.Calendar(region, frozenset(shared.calendars[region][0]), shared.calendars[region][1])
        for region in inputs.calendars
    )
    return Case(
        inputs.now,
        shared.campaign,
        inputs.lead,
        inputs.person,
        inputs.number,
        inputs.touches,
        inputs.refusals,
        inputs.jurisdictions,
        calendars,
    )


@dataclass(frozen=True, slots=True)
class Replay:
    """A decision taken again on its stored inputs."""

    decision_id: int
    outcome: Literal["equal", "different", "inputs erased", "inputs altered", "policy lost"]
    was: tuple[str, ...]
    now_is: tuple[str, ...] | None


def replay(session: Session, decision_id: int) -> Replay:
    """Decide again from the stored inputs under the stored policy, and compare."""
    decision = session.get(Decision, decision_id)
    if decision is None:
        raise NotFound("decision", decision_id)
    was = tuple(decision.codes)
    inputs = session.get(DecisionInput, decision_id)
    context = None if inputs is None else session.get(DecisionContext, inputs.context)
    if inputs is None or context is None:
        return Replay(decision_id, "inputs erased", was, None)
    if digest_of(inputs.salt, inputs.context, inputs.body) != decision.input_digest:
        return Replay(decision_id, "inputs altered", was, None)
    version = session.scalar(
        select(PolicyVersion).where(PolicyVersion.hash == decision.policy_hash)
    )
    if version is None:
        return Replay(decision_id, "policy lost", was, None)
    verdict = decide(decode_case(inputs.body, context.body), read_policy(version.document))
    same = (
        store.reasons_json(verdict) == msgspec.json.encode(decision.reasons, order="deterministic")
        and str(verdict.ruling) == decision.ruling
    )
    return Replay(decision_id, "equal" if same else "different", was, verdict.codes)


def is_clear(judged: Judged) -> bool:
    """Say whether the call may be placed."""
    return judged.verdict.ruling is Ruling.CLEAR
