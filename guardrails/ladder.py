"""What refusals add up to: which no means what, and when several of them make a stronger one."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from guardrails.facts import FINAL_REFUSALS, Campaign, Refusal

KINDS: Final = (
    "soft", "explicit", "decline", "do_not_call", "list_removal", "operator", "complaint",
)  # fmt: skip
NOES: Final = ("soft", "explicit")  # Said in words; being pressed away is no word.


def is_final(refusal: Refusal) -> bool:
    """Say whether this refusal ends every call to the person for good."""
    return refusal.kind in FINAL_REFUSALS


def is_to_offer(refusal: Refusal, campaign: Campaign) -> bool:
    """Say whether a no is, or may be, one to the campaign's offer.

    A no that names no offer may be to any offer of its topic, or to any at all.
    """
    if refusal.offer is None:
        return refusal.topic is None or refusal.topic == campaign.topic
    return refusal.offer == campaign.offer


def is_to_topic(refusal: Refusal, campaign: Campaign) -> bool:
    """Say whether a no is, or may be, one to the campaign's offer or topic."""
    if refusal.topic is None or refusal.topic == campaign.topic:
        return True
    return refusal.offer == campaign.offer


def is_any(_refusal: Refusal, _campaign: Campaign) -> bool:
    """Say that a no rests everything."""
    return True


HITS: Final[dict[str, Callable[[Refusal, Campaign], bool]]] = {
    "offer": is_to_offer, "topic": is_to_topic, "everything": is_any,
}  # fmt: skip
SCOPES: Final[tuple[str, ...]] = tuple(HITS)


def latest_of_many(ats: Iterable[datetime], times: int, within: timedelta) -> datetime | None:
    """Give the latest instant at which `times` of these had happened within a span, or None.

    The instants come oldest first. One exactly a span ago is no longer within it.
    """
    known = list(ats)
    for last in range(len(known) - 1, times - 2, -1):
        if known[last] < known[last - times + 1] + within:
            return known[last]
    return None
