"""What the demonstration found, read back over HTTP; the same on every machine at every hour."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from api.demo.timing import LAUNCH_AT
from api.demo.wire import Answer, Wire
from orchestrator.dispositions import MEANINGS

FINAL: Final = ("do_not_call", "list_removal", "operator", "complaint")
# Of which verdict to show one, by the reason that binds: the first that occurs is shown.
HELD: Final = ("refusal.cooldown", "frequency.person", "hours.closed")
BLOCKED: Final = ("refusal.final", "refusal.topic", "suppression.listed")


@dataclass(frozen=True, slots=True)
class Silenced:
    """Somebody who asked never to be called again, masked, and what they said."""

    number: str
    kind: str
    words: str


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


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything the report says."""

    imports: Mapping[str, Mapping[str, int]]
    preview: Mapping[str, Any]
    calls: int
    outcomes: Mapping[str, int]
    answered: int
    accepted: int
    refused: int
    silenced: tuple[Silenced, ...]
    agent: int
    waiting: int
    verdicts: tuple[Explained, ...]
    promises: tuple[tuple[str, str, str, int], ...]  # Name, what it says, result, how many.
    chain_is_whole: bool

    @property
    def holds(self) -> bool:
        """Say whether there were calls, no promise is broken and the chain is whole."""
        is_kept = all(result != "broken" for _, _, result, _ in self.promises)
        return self.calls > 0 and is_kept and self.chain_is_whole

    @property
    def document(self) -> dict[str, Any]:
        """Give the figures as plain data."""
        return asdict(self)


def gather(
    wire: Wire,
    campaign_id: int,
    *,
    imports: Mapping[str, Answer],
    preview: Answer,
    progress: Answer,
    verdicts: tuple[Explained, ...],
) -> Figures:
    """Read everything the report says."""
    outcomes: dict[str, int] = dict(sorted(progress["outcomes"].items()))
    known = {word: MEANINGS[word] for word in MEANINGS if word in outcomes}
    noes = [word for word, meaning in known.items() if meaning.refusal is not None]
    counts = ("rows", "accepted", "rejected", "duplicates", "warnings")
    return Figures(
        imports={kind: {name: job[name] for name in counts} for kind, job in imports.items()},
        preview=_plain(preview),
        calls=progress["placed"],
        outcomes=outcomes,
        answered=sum(
            outcomes[word] for word, meaning in known.items() if meaning.reach == "conversation"
        ),
        accepted=outcomes.get("accepted", 0),
        refused=sum(outcomes[word] for word in noes),
        silenced=tuple(sorted(_silenced(wire, campaign_id), key=lambda no: (no.kind, no.number))),
        agent=progress["agent"],
        waiting=progress["due"] + progress["waiting"],
        verdicts=verdicts,
        promises=tuple(
            (each["promise"], each["says"], each["result"], each["count"])
            for each in wire.get("/v1/audit/invariants")
        ),
        chain_is_whole=wire.get("/v1/audit/verify")["is_whole"],
    )


def explain_before(wire: Wire, preview: Answer, lang: str) -> Iterator[Explained]:
    """Explain a call that must wait and one that must not be, as they stood at the launch."""
    for codes, ruling in ((HELD, "held"), (BLOCKED, "blocked")):
        shown = next(_examples(wire, preview, codes, ruling, lang), None)
        if shown is not None:
            yield shown


def explain_after(wire: Wire, campaign_id: int, lang: str) -> Iterator[Explained]:
    """Explain a call that was made: the last look at the first lead that said yes."""
    called = wire.every("/v1/calls", campaign_id=campaign_id, state="ended")
    yes = [call for call in called if call["outcome"] == "accepted"]
    for call in sorted(yes, key=lambda call: int(call["lead_id"]))[:1]:
        decision = wire.get(f"/v1/decisions/{call['last_look_id']}", lang=lang)
        lead = wire.get(f"/v1/leads/{call['lead_id']}", lang=lang)
        note = f"called once, two clear decisions on record; {lead['reason']}"
        yield _explained(lead, decision["verdict"], note)


def _examples(
    wire: Wire, preview: Answer, codes: tuple[str, ...], ruling: str, lang: str
) -> Iterator[Explained]:
    counts = {each["code"]: each for each in (*preview["first_of_later"], *preview["first_of_not"])}
    for code in codes:
        for lead_id in counts.get(code, {"sample": []})["sample"]:
            lead = wire.get(f"/v1/leads/{lead_id}", lang=lang, at=LAUNCH_AT.isoformat())
            if lead["verdict"]["ruling"] == ruling:
                yield _explained(lead, lead["verdict"], _words(wire, lead))


def _explained(lead: Answer, verdict: Answer, note: str) -> Explained:
    reasons = tuple((each["code"], each["text"], each["until"]) for each in verdict["reasons"])
    return Explained(
        lead["id"], lead["name"] or "", lead["number"] or "", verdict["ruling"], reasons,
        verdict["next_clear"], note,
    )  # fmt: skip


def _words(wire: Wire, lead: Answer) -> str:
    """Quote the person's latest no, if it was kept in words."""
    said = [no["words"] for no in wire.every("/v1/refusals", person_id=lead["person_id"])]
    return next((f"said: “{words}”" for words in said if words), "")


def _silenced(wire: Wire, campaign_id: int) -> Iterator[Silenced]:
    """Name who asked in this campaign never to be called again."""
    for kind in FINAL:
        for no in wire.every("/v1/refusals", kind=kind):
            if no["campaign_id"] == campaign_id and no["attempt_id"] is not None:
                person = wire.get(f"/v1/people/{no['person_id']}")
                yield Silenced(person["numbers"][0]["e164"], no["kind"], no["words"] or "")


def _plain(preview: Answer) -> dict[str, Any]:
    """Keep what a preview counts, without the leads it shows."""
    numbers = ("leads", "clear_now", "clear_later", "not_callable", "settled")
    tallies = ("first_of_later", "first_of_not", "every")
    return {name: preview[name] for name in numbers} | {
        tally: {each["code"]: each["leads"] for each in preview[tally]} for tally in tallies
    }
