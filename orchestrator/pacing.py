"""How many calls a campaign may begin now: lines, calls a second, and a fair share of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# Admission looks no further ahead than this, so that nothing is queued long before it is dialled.
AHEAD_MAX = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Demand:
    """What one running campaign could begin now, and its weight against the others."""

    campaign_id: int
    priority: int
    share: int
    wanted: int


def allowance(*, calls_per_second_max: float, since: datetime | None, now: datetime) -> int:
    """Give how many calls a rate limit lets begin now; 0 when the next is not due yet.

    It allows what the time since the last look allows, never more than a minute's worth: time
    in which nothing was due is not saved up. A rate of less than a call a second adds up from
    look to look, so a look that may begin nothing must not be noted as one.
    """
    # Long enough that the slowest rate comes to one call.
    longest_seconds = max(AHEAD_MAX.total_seconds(), 1 / calls_per_second_max)
    elapsed = longest_seconds if since is None else (now - since).total_seconds()
    # Beat ticks a little early now and then: a second is what a look is worth at least.
    return int(calls_per_second_max * max(min(elapsed, longest_seconds), 1.0) + 1e-9)


def wanted(
    *, lines_max: int, live: int, calls_per_second_max: float, since: datetime | None, now: datetime
) -> int:
    """Give how many calls may begin now under a line limit and a rate limit."""
    by_rate = allowance(calls_per_second_max=calls_per_second_max, since=since, now=now)
    return max(0, min(lines_max - live, by_rate))


def shares(demands: Sequence[Demand], capacity: int) -> dict[int, int]:
    """Divide capacity: higher priority first; among equals by share, and nothing left unused.

    Whole calls only: what is left over goes one by one to whoever is furthest below its share.
    """
    given = {demand.campaign_id: 0 for demand in demands}
    for priority in sorted({demand.priority for demand in demands}, reverse=True):
        peers = [demand for demand in demands if demand.priority == priority]
        while capacity > 0:
            hungry = [peer for peer in peers if given[peer.campaign_id] < peer.wanted]
            if not hungry:
                break
            weight = sum(peer.share for peer in hungry)
            round_size = max(capacity // weight, 0)
            if round_size == 0:
                # Fewer calls left than shares: one to whoever has least for its weight.
                least = min(
                    hungry,
                    key=lambda peer: (given[peer.campaign_id] / peer.share, peer.campaign_id),
                )
                given[least.campaign_id] += 1
                capacity -= 1
                continue
            for peer in hungry:
                more = min(round_size * peer.share, peer.wanted - given[peer.campaign_id])
                given[peer.campaign_id] += more
                capacity -= more
    return given
