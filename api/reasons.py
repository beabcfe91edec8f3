"""Verdicts on the wire: every objection with its code, its sentence and its end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from guardrails import Reason
from guardrails.sentences import sentence
from orchestrator.decisions import Judged
from orchestrator.tables import Decision

Language: TypeAlias = Literal["en", "ru"]


class ReasonOut(BaseModel):
    """One objection to a call."""

    code: str = Field(examples=["refusal.cooldown"])
    text: str
    until: datetime | None = Field(description="From when it no longer objects; null: not by time.")
    pack: str = Field(description="The policy pack that demands it.")


class VerdictOut(BaseModel):
    """May we call, and if not, why not and when again."""

    ruling: Literal["clear", "held", "blocked"]
    reasons: list[ReasonOut]
    until: datetime | None = Field(description="From when none of these reasons stands.")
    next_clear: datetime | None = Field(
        description="The earliest instant at which it is clear if no fact changes; null: none."
    )
    policy: str = Field(description="Hash of the policy that was asked.")


def language(
    lang: Annotated[Language, Query(description="Language of sentences.")] = "en",
) -> Language:
    """Read in which language sentences are wanted."""
    return lang


TheLanguage = Annotated[Language, Depends(language)]


def reason_out(reason: Reason, lang: Language, *, zone: str | None) -> ReasonOut:
    """Shape one objection, with instants in the person's own zone where it is known."""
    text = sentence(reason, lang, zone)
    return ReasonOut(code=reason.code, text=text, until=reason.until, pack=reason.pack)


def verdict_of(judged: Judged, lang: Language) -> VerdictOut:
    """Shape an answer just given."""
    zone = zone_of(judged)
    reasons = [reason_out(reason, lang, zone=zone) for reason in judged.verdict.reasons]
    return VerdictOut.model_validate(
        {
            "ruling": str(judged.verdict.ruling),
            "reasons": reasons,
            "until": judged.verdict.until,
            "next_clear": judged.next_clear,
            "policy": judged.verdict.policy,
        }
    )


def verdict_of_decision(decision: Decision, lang: Language) -> VerdictOut:
    """Shape an answer as it is on record."""
    reasons = [reason_out(stored_reason(each), lang, zone=None) for each in decision.reasons]
    return VerdictOut.model_validate(
        {
            "ruling": decision.ruling,
            "reasons": reasons,
            "until": decision.until,
            "next_clear": decision.next_clear,
            "policy": decision.policy_hash,
        }
    )


def stored_reason(stored: Mapping[str, Any]) -> Reason:
    """Read an objection back from a decision row."""
    until = stored["until"]
    return Reason(
        stored["code"],
        None if until is None else datetime.fromisoformat(until),
        {name: instant_or_plain(value) for name, value in stored["values"].items()},
        stored["pack"],
    )


def instant_or_plain(value: Any) -> Any:  # noqa: ANN401 - any value of a sentence
    """Turn text that is an instant back into one; leave everything else as it is."""
    if isinstance(value, str) and len(value) >= len("2026-03-03T07:00:00Z") and value[10:11] == "T":
        return datetime.fromisoformat(value)
    return value


def zone_of(judged: Judged) -> str | None:
    """Give the one zone the person is in according to the strongest evidence, if it names one."""
    evidence = judged.candidate.case.person.zones
    zones = evidence[0].zones if evidence else ()
    return zones[0] if len(zones) == 1 else None
