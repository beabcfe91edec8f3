"""Render why this person is called, from what is known of this lead."""

from datetime import tzinfo
from hashlib import md5

from guardrails.script.graph import VARIABLE
from orchestrator.intake.leads import LeadRow

REASON_LENGTH_MAX = 500
NAMES = frozenset({"name", "first_name", "last_name"})


def render(lead: LeadRow, template: str | None, *, zone: tzinfo) -> tuple[str | None, int]:
    """Give the reason in words and the number of facts of this lead it rests on.

    The words are the campaign's template, or without one the reason of the row itself, which is
    then a fact of its own. A variable without a value leaves no reason at all, and a name is no
    reason. Dates are shown as days of the file's time zone.
    """
    words = template or lead.reason
    if not words:
        return None, 0
    known = dict(lead.variables)
    if lead.signal:
        known["signal"] = lead.signal
    if lead.signal_at:
        known["signal_at"] = f"{lead.signal_at.astimezone(zone):%d.%m.%Y}"
    if lead.reason and template:
        known["reason"] = lead.reason
    if lead.name:
        known["name"] = lead.name
        known.setdefault("first_name", lead.name.split()[0])
    used = set(VARIABLE.findall(words))
    if not used <= known.keys():
        return None, 0
    rendered = VARIABLE.sub(lambda found: known[found[1]], words)[:REASON_LENGTH_MAX]
    facts = len(used - NAMES)
    if template is None:
        facts += 1 + (lead.signal_at is not None and "signal_at" not in used)
    return rendered, facts


def fingerprint(rendered: str | None) -> bytes | None:
    """Give the hash by which equal reasons are counted; not a secret."""
    if rendered is None:
        return None
    return md5(rendered.encode(), usedforsecurity=False).digest()
