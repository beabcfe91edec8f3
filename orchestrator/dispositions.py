"""What each disposition of a call means: how far it got, which no it was, what becomes of the lead.

The table below is the one place where a carrier's or an agent's word becomes history, a refusal
and a next step. docs/dispositions.md shows the same table and a test compares the two.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from guardrails.facts import Reach, RefusalKind
from orchestrator.errors import Invalid
from orchestrator.telephony.base import Disposition

# What becomes of the lead: `retry` asks the campaign's retry plan, `callback` the person's own
# time, `agent` a human; `closed` is the end of this lead.
NextStep: TypeAlias = Literal["retry", "callback", "agent", "closed"]


class UnknownDisposition(Invalid):
    """No call ends with this word."""

    code = "disposition.unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What one disposition means.

    `weight` puts readings of one call in order: when a call is reported to have ended in two
    ways, the heavier word holds, and a no outweighs everything that is not one.
    """

    reach: Reach
    step: NextStep
    weight: int
    refusal: RefusalKind | None = None
    closed_because: str | None = None
    is_conversation: bool = False  # Counts for the source of the lead …
    is_acceptance: bool = False  # … and so does this.


def _ring(weight: int, refusal: RefusalKind | None = None) -> Meaning:
    return Meaning(reach="rang", step="retry", weight=weight, refusal=refusal)


def _no(weight: int, refusal: RefusalKind, because: str) -> Meaning:
    return Meaning(
        reach="conversation",
        step="closed",
        weight=weight,
        refusal=refusal,
        closed_because=because,
        is_conversation=True,
    )


MEANINGS: Final[dict[Disposition, Meaning]] = {
    # A doubt gives way to any evidence, so it weighs least and yet counts as a conversation.
    "unknown": Meaning(reach="conversation", step="agent", weight=0),
    "not_sent": _ring(1),
    "failed": _ring(2),
    "cancelled": _ring(3),
    "no_answer": _ring(4),
    "busy": _ring(5),
    "silent": Meaning(reach="answered", step="retry", weight=10),
    "machine": Meaning(reach="answered", step="retry", weight=11),
    "voicemail_left": Meaning(reach="message", step="retry", weight=12),
    "undecided": Meaning(reach="conversation", step="retry", weight=20, is_conversation=True),
    "callback": Meaning(reach="conversation", step="callback", weight=21, is_conversation=True),
    "wrong_person": Meaning(
        reach="conversation", step="closed", weight=22, closed_because="wrong_person"
    ),
    "accepted": Meaning(
        reach="conversation", step="closed", weight=23, closed_because="accepted",
        is_conversation=True, is_acceptance=True,
    ),
    "declined": _ring(30, "decline"),
    "refused": _no(40, "soft", "refused"),
    "refused_calls": _no(50, "explicit", "refused"),
    "unwanted": Meaning(
        reach="rang", step="closed", weight=60, refusal="operator", closed_because="suppressed"
    ),
    "do_not_call": _no(70, "do_not_call", "suppressed"),
    "complaint": _no(80, "complaint", "suppressed"),
}  # fmt: skip

# How strong a no is. Among the final ones there is no stronger and weaker.
STRENGTH: Final[dict[RefusalKind | None, int]] = {
    None: 0, "decline": 1, "soft": 2, "explicit": 3,
    "list_removal": 4, "operator": 4, "do_not_call": 4, "complaint": 4,
}  # fmt: skip

# How far a contact got, as far as a doubt about it is concerned: further is the stricter reading.
FURTHER: Final[dict[Reach, int]] = {"rang": 0, "answered": 1, "message": 2, "conversation": 3}

# SIP status -> disposition of a call nobody picked up. 603 is a person pressing the call away,
# 607 and 608 say that it is unwanted; 403 is the carrier's own no and no person's.
CAUSES: Final[dict[int, Disposition]] = {
    408: "no_answer", 480: "no_answer", 486: "busy", 487: "no_answer", 600: "busy",
    603: "declined", 607: "unwanted", 608: "unwanted",
}  # fmt: skip
CAUSE_FIRST = 300


def meaning_of(disposition: str) -> Meaning:
    """Give what a disposition means; raises UnknownDisposition."""
    return MEANINGS[read(disposition)]


def read(disposition: str) -> Disposition:
    """Take a word for a disposition; raises UnknownDisposition."""
    for known in get_args(Disposition):
        if known == disposition:
            return known  # type: ignore[no-any-return]
    message = f"`{disposition}` is no disposition"
    raise UnknownDisposition(message, disposition=disposition, known=list(MEANINGS))


def of_cause(cause: int | None, *, was_answered: bool) -> Disposition:
    """Name the end of a call whose carrier gave a cause at best.

    A call that was answered and whose conversation nobody described is `unknown`: somebody spoke,
    perhaps to refuse, so a person has to look. A no in the cause is a no all the same.
    """
    disposition: Disposition = "no_answer"
    if cause is not None and cause >= CAUSE_FIRST:
        disposition = CAUSES.get(cause, "failed")
    if was_answered and MEANINGS[disposition].refusal is None:
        return "unknown"
    return disposition
