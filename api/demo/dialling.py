"""Launch, and watch until everybody who may be called that day was called."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from api.demo.wire import Answer, StepRefused, Wire

POLL_SECONDS: Final = 0.5
# So long nothing may be in progress before we ask whether anybody is due.
QUIET_SECONDS: Final = 2.5
DIAL_SECONDS_MAX: Final = 300.0
SEAL_SECONDS_MAX: Final = 15.0


def launch_at(wire: Wire, campaign_id: int, at: datetime) -> None:
    """Let the officer answer for the unreviewed script, and the manager launch at this instant."""
    path = f"/v1/campaigns/{campaign_id}"
    wire.post(f"{path}/accept-script", {"review": "none"}, "officer")
    while datetime.fromisoformat(wire.get(f"{path}/progress")["at"]) < at:
        time.sleep(POLL_SECONDS / 5)
    wire.post(f"{path}/launch", {}, "manager")


def watch(wire: Wire, campaign_id: int, show: Callable[[Answer], None]) -> Answer:
    """Wait until nothing rings and nobody is due any more; gives the last progress."""
    deadline = time.monotonic() + DIAL_SECONDS_MAX
    quiet_since: float | None = None
    while time.monotonic() < deadline:
        seen: Answer = wire.get(f"/v1/campaigns/{campaign_id}/progress")
        show(seen)
        if seen["live"] or seen["unscreened"]:
            quiet_since = None
        elif quiet_since is None:
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since >= QUIET_SECONDS:
            if not _anybody_due(wire, campaign_id, seen["at"]):
                return seen
            quiet_since = None
        time.sleep(POLL_SECONDS)
    raise StepRefused(f"the campaign was still dialling after {DIAL_SECONDS_MAX:.0f} s")


def _anybody_due(wire: Wire, campaign_id: int, at: str) -> bool:
    """Say whether any lead is due by now."""
    now = datetime.fromisoformat(at)
    leads = wire.every("/v1/leads", campaign_id=campaign_id, state="open")
    return any(_is_due(lead, now) for lead in leads)


def _is_due(lead: dict[str, Any], now: datetime) -> bool:
    return lead["due_at"] is not None and datetime.fromisoformat(lead["due_at"]) <= now


def wait_for_the_record(wire: Wire) -> None:
    """Wait until the sealer has chained what was decided last."""
    deadline = time.monotonic() + SEAL_SECONDS_MAX
    while wire.get("/v1/audit/verify")["unsealed"] and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
