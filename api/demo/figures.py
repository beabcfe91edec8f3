"""What the demonstration found, read back over HTTP; the same on every machine at every hour."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from api.demo.verdicts import Explained
from api.demo.wire import Answer, Wire
from orchestrator.dispositions import MEANINGS

FINAL: Final = ("do_not_call", "list_removal", "operator", "complaint")


@dataclass(frozen=True, slots=True)
class Silenced:
    """Somebody who asked never to be called again, masked, and what they said."""

    number: str
    kind: str
    words: str


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
