"""Three verdicts in full: a call that was made, one that must wait, one that must not be."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from api.demo.timing import LAUNCH_AT
from api.demo.wire import Answer, Wire

# Of these reasons the first that held anybody back is shown.
HELD: Final = ("refusal.cooldown", "frequency.person", "hours.closed")
SILENCED_LOOKED_AT: Final = 20


@dataclass(frozen=True, slots=True)
class Explained:
    """One verdict, with what makes it understandable."""

    lead_id: int
    name: str
    number: str
    ruling: str
    reasons: tuple[tuple[str, str, str | None], ...]  # Code, sentence, until.
    next_clear: str | None
    note: str


def explain(wire: Wire, campaign_id: int, preview: Answer, lang: str) -> Iterator[Explained]:
    """Explain one verdict of each kind, as it stood at the launch."""
    for found in (
        _clear(wire, campaign_id, lang),
        _held(wire, preview, lang),
        _blocked(wire, campaign_id, lang),
    ):
        yield from islice(found, 1)


def _clear(wire: Wire, campaign_id: int, lang: str) -> Iterator[Explained]:
    """Give last looks at leads that then said yes."""
    called = wire.every("/v1/calls", campaign_id=campaign_id, state="ended")
    yes = [call for call in called if call["outcome"] == "accepted"]
    for call in sorted(yes, key=lambda call: int(call["lead_id"])):
        decision = wire.get(f"/v1/decisions/{call['last_look_id']}", lang=lang)
        lead = _lead(wire, call["lead_id"], lang)
        note = f"called, and said yes; the reason: {lead['reason']}"
        yield _explained(lead, decision["verdict"], note)


def _held(wire: Wire, preview: Answer, lang: str) -> Iterator[Explained]:
    """Give leads that wait for a known instant, the plainest first."""
    counts = {each["code"]: each for each in (*preview["first_of_later"], *preview["first_of_not"])}
    for code in HELD:
        ids = counts[code]["sample"] if code in counts else ()
        leads = [_lead(wire, lead_id, lang) for lead_id in ids]
        held = [lead for lead in leads if lead["verdict"]["ruling"] == "held"]
        for lead in sorted(held, key=lambda lead: len(lead["verdict"]["reasons"])):
            yield _explained(lead, lead["verdict"], _words(wire, lead))


def _blocked(wire: Wire, campaign_id: int, lang: str) -> Iterator[Explained]:
    """Give leads who had said before, in words that were kept, never to call again."""
    closed = wire.every("/v1/leads", campaign_id=campaign_id, state="closed")
    silenced = (
        lead for lead in closed if lead["closed_because"] == "suppressed" and lead["attempts"] == 0
    )
    for row in islice(silenced, SILENCED_LOOKED_AT):
        words = _words(wire, row)
        if words:
            lead = _lead(wire, row["id"], lang)
            yield _explained(lead, lead["verdict"], words)


def _lead(wire: Wire, lead_id: int, lang: str) -> Answer:
    lead: Answer = wire.get(f"/v1/leads/{lead_id}", lang=lang, at=LAUNCH_AT.isoformat())
    return lead


def _explained(lead: Answer, verdict: Answer, note: str) -> Explained:
    reasons = tuple((each["code"], each["text"], each["until"]) for each in verdict["reasons"])
    return Explained(
        lead["id"], lead["name"] or "", lead["number"] or "", verdict["ruling"], reasons,
        verdict["next_clear"] if verdict["ruling"] == "held" else None, note,
    )  # fmt: skip


def _words(wire: Wire, lead: Answer) -> str:
    """Quote the person's latest no, if it was kept in words."""
    said = [no["words"] for no in wire.every("/v1/refusals", person_id=lead["person_id"])]
    return next((f"said: “{words}”" for words in said if words), "")
