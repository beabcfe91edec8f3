"""Simulated people: who picks up, what they say and how long they talk, by chance from a seed.

What a person does is a pure function of the seed and of who is called, so that the same campaign
meets the same people again, whatever the order and the hour of the calls.
"""

import hashlib
import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib import resources
from typing import Any, Final, Literal, TypeAlias, TypeVar

from orchestrator.errors import Invalid
from orchestrator.telephony.base import Disposition

Ending: TypeAlias = Disposition | Literal["answer"]
Name = TypeVar("Name", bound=str)
# SIP status a network gives for calls that nobody takes.
CAUSES: Final[dict[Disposition, int]] = {
    "no_answer": 480, "busy": 486, "declined": 603, "unwanted": 607, "failed": 503,
}  # fmt: skip


class BadTemper(Invalid):
    """The shares of what simulated people do must lie between 0 and 1 and leave some over."""

    code = "simulated.bad_temper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Temper:
    """How simulated people take a call, as shares from 0 to 1.

    The first group is of all calls; what is left rings out. The second is of the calls a person
    picks up; what is left ends undecided. The defaults are those of a call that names a clear
    offer to a list of customers.
    """

    answer: float = 0.35
    busy: float = 0.08
    declined: float = 0.05
    machine: float = 0.06
    voicemail_left: float = 0.05
    silent: float = 0.01
    failed: float = 0.02
    unwanted: float = 0.003

    accepted: float = 0.07
    refused: float = 0.25
    refused_calls: float = 0.05
    do_not_call: float = 0.04
    complaint: float = 0.005
    callback: float = 0.05
    wrong_person: float = 0.03

    def __post_init__(self) -> None:
        """Refuse shares that cannot be; raises BadTemper."""
        for field in fields(self):
            share = getattr(self, field.name)
            if not 0 <= share <= 1:
                raise BadTemper(f"`{field.name}` is {share}, not from 0 to 1", field=field.name)
        for name in ("of_all", "of_talks"):
            if sum(getattr(self, name).values()) > 1 + 1e-9:
                raise BadTemper(f"the shares {name.replace('_', ' ')} add up to more than 1")

    @property
    def of_all(self) -> dict[Ending, float]:
        """Give the shares of all calls, `answer` being a person."""
        names: tuple[Ending, ...] = (
            "answer", "busy", "declined", "machine", "voicemail_left", "silent", "failed",
            "unwanted",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}

    @property
    def of_talks(self) -> dict[Disposition, float]:
        """Give the shares of the calls a person picks up."""
        names: tuple[Disposition, ...] = (
            "accepted", "refused", "refused_calls", "do_not_call", "complaint", "callback",
            "wrong_person",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens when one number is rung once; times in seconds from the dial on."""

    disposition: Disposition
    ringing_at: float | None  # None: it never rang.
    answered_at: float | None
    ended_at: float
    talk_seconds: int = 0
    words: str | None = None
    callback_hours: int | None = None
    cause: int | None = None


def chance(*what: object) -> random.Random:
    """Give a source of chance that depends on these words and on nothing else."""
    digest = hashlib.sha256(":".join(map(str, what)).encode()).digest()
    return random.Random(digest)  # noqa: S311 - chance that comes back is the point


@lru_cache(maxsize=1)
def phrases() -> Mapping[str, Any]:
    """Read what people say, by language and meaning."""
    file = resources.files("orchestrator.telephony").joinpath("phrases.toml")
    return tomllib.loads(file.read_text("utf-8"))


def play(seed: int, who: str, *, language: str, ring_seconds_max: int, temper: Temper) -> Scene:
    """Play one call to a person, from the first ring to the last word."""
    roll = chance("person", seed, who)
    ring_out: Ending = "no_answer"
    ends = _pick(roll, temper.of_all, otherwise=ring_out)
    ring = roll.uniform(0.5, 2.0)
    wait = roll.uniform(3.0, max(4.0, min(20.0, ring_seconds_max - 2.0)))
    if ends in ("busy", "failed", "unwanted"):
        return Scene(ends, None, None, ring, cause=CAUSES[ends])
    if ends == "no_answer":
        return Scene(ends, ring, None, float(ring_seconds_max), cause=CAUSES[ends])
    if ends == "declined":
        return Scene(ends, ring, None, ring + wait / 2, cause=CAUSES[ends])
    if ends != "answer":
        return Scene(ends, ring, ring + wait, ring + wait + roll.uniform(2.0, 25.0))
    no_word: Disposition = "undecided"
    said = _pick(roll, temper.of_talks, otherwise=no_word)
    return _talk(roll, said, answered_at=ring + wait, ringing_at=ring, language=language)


def _talk(
    roll: random.Random, said: Disposition, *, answered_at: float, ringing_at: float, language: str
) -> Scene:
    """Let a person talk: a yes takes longest, a no is short, an angry one shorter."""
    mean = {"accepted": 180.0, "undecided": 70.0, "refused": 40.0}.get(said, 15.0)
    talk = int(min(600.0, max(3.0, roll.gammavariate(3.0, mean / 3.0))))
    spoken = phrases()["ru" if language.lower().startswith("ru") else "en"][said]
    line = roll.choice(spoken)
    is_callback = said == "callback"
    return Scene(
        said, ringing_at, answered_at, answered_at + talk, talk,
        line["words"] if is_callback else line, line["hours"] if is_callback else None,
    )  # fmt: skip


def _pick(roll: random.Random, shares: Mapping[Name, float], *, otherwise: Name) -> Name:
    """Choose one of the names by its share, or what is left over."""
    mark = roll.random()
    for name, share in shares.items():
        mark -= share
        if mark < 0:
            return name
    return otherwise
