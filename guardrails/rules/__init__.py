"""The families of guardrails; importing this package registers every code."""

from guardrails.rules import (
    campaign,
    consent,
    delivery,
    frequency,
    history,
    hours,
    jurisdiction,
    number,
    person,
    personal,
    quality,
    refusal,
    script,
    suppression,
)

__all__ = [
    "campaign",
    "consent",
    "delivery",
    "frequency",
    "history",
    "hours",
    "jurisdiction",
    "number",
    "person",
    "personal",
    "quality",
    "refusal",
    "script",
    "suppression",
]
