"""Whether a person may be phoned. Pure: facts go in, a verdict comes out and explains itself."""

from guardrails.engine import decide, next_clear
from guardrails.facts import Case
from guardrails.guardrail import Guardrail
from guardrails.policy import Pack, Policy, PolicyError, load_pack, read_policy
from guardrails.verdict import Reason, Ruling, Verdict

__all__ = [
    "Case",
    "Guardrail",
    "Pack",
    "Policy",
    "PolicyError",
    "Reason",
    "Ruling",
    "Verdict",
    "decide",
    "load_pack",
    "next_clear",
    "read_policy",
]
