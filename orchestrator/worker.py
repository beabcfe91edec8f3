"""The worker: tasks carry ids and no logic; each is one use case.

`python -m orchestrator.worker` starts it. The database is the queue's truth; `broker` says how
messages travel and when beat sends them.
"""

import logging
import os
import sys
from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

from celery import Celery, Task

from orchestrator import (
    admission,
    calls,
    campaigns,
    invariants,
    logs,
    outcomes,
    screening,
    sealing,
)
from orchestrator.broker import make_app
from orchestrator.config import read_settings
from orchestrator.intake import run as intake
from orchestrator.services import Services, build_services
from orchestrator.store import heartbeat, running
from orchestrator.telephony import simulated

log = logging.getLogger(__name__)

# Attempts in one message: a worker that dies claims no more than these.
IDS_A_MESSAGE = 10
IMPORT_SLICE_SECONDS = 5.0
SCREENING_BATCHES_A_TASK = 10


class TaktTask(Task):
    """A task with what it needs from outside, built once in each process."""

    @property
    def services(self) -> Services:
        """Give the database, the carrier and the clock of this process."""
        return _services(os.getpid())


@lru_cache(maxsize=1)
def _services(_process_id: int) -> Services:
    # By process: a pool opened before the fork must not be used on both sides of it.
    settings = read_settings()
    if settings.database_url is None:
        sys.exit("TAKT_DATABASE_URL is not set; `takt up` starts the worker with it")
    return build_services(settings, database_url=settings.database_url.get_secret_value())


def tick_campaigns(task: TaktTask) -> int:
    """Reserve what running campaigns may dial now and wake workers for it."""
    services = task.services
    with services.transaction() as session:
        now = services.clock.now()
        heartbeat.beat(session, "worker", now=now)
        launched = running.take_unscreened(session, now=now)
    # A lead nobody has screened is due since the launch: losing this message loses speed only.
    for campaign_id in launched:
        task.app.send_task("campaigns.screen", [campaign_id])
    campaigns.finish_due(services)
    return admission.admit(services, on_reserved=lambda ids: send(task.app, ids))


def place_calls(task: TaktTask, attempt_ids: list[str]) -> None:
    """Take the last look at these attempts and dial what is clear."""
    calls.place(task.services, [UUID(attempt_id) for attempt_id in attempt_ids])


def sweep_calls(task: TaktTask) -> None:
    """Settle what hangs: expired reservations, lost messages, calls nobody heard of again."""
    services = task.services
    outcomes.reconcile(services)
    with services.transaction() as session:
        waiting = outcomes.to_resend(session, services.clock.now(), rate=services.clock.rate)
    send(task.app, waiting)


def deliver_events(task: TaktTask) -> int:
    """Let the simulated network say what has happened on it."""
    return simulated.deliver_due(task.services)


def seal_record(task: TaktTask) -> int:
    """Chain what was decided and done since the last time."""
    return sealing.seal(task.services)


def check_invariants(task: TaktTask) -> None:
    """Look whether every promise holds, and say loudly when one does not."""
    services = task.services
    with services.transaction() as session:
        findings = invariants.check_lately(session, services.clock.now())
    for finding in findings:
        if finding.result == "broken":
            log.error("promise_broken", extra={"promise": finding.promise, "count": finding.count})


def tick_imports(task: TaktTask) -> None:
    """Wake a worker for every import that is not finished."""
    for import_id in intake.unfinished(task.services):
        task.app.send_task("imports.advance", [import_id])


def advance_import(task: TaktTask, import_id: int) -> None:
    """Take in a slice of a file; the next slice is another task, so that none runs long."""
    with task.services.transaction() as seat:
        if not running.lock_import(seat, import_id):
            return  # Somebody is at this file; a second pair of hands would only wait.
        more = intake.advance(task.services, import_id, seconds_max=IMPORT_SLICE_SECONDS)
    if more:
        task.app.send_task("imports.advance", [import_id])


def screen_campaign(task: TaktTask, campaign_id: int, after_lead_id: int = 0) -> None:
    """Screen some batches of a campaign; the rest is another task, so that none runs long."""
    done = screening.screen(
        task.services,
        campaign_id,
        after_lead_id=after_lead_id,
        batches_max=SCREENING_BATCHES_A_TASK,
    )
    if done.last_lead_id != after_lead_id:
        task.app.send_task("campaigns.screen", [campaign_id, done.last_lead_id])


TASKS = {
    "campaigns.tick": tick_campaigns,
    "campaigns.screen": screen_campaign,
    "calls.place": place_calls,
    "calls.sweep": sweep_calls,
    "network.deliver": deliver_events,
    "record.seal": seal_record,
    "invariants.check": check_invariants,
    "imports.tick": tick_imports,
    "imports.advance": advance_import,
}


def send(app: Celery, attempt_ids: Sequence[UUID]) -> None:
    """Send ids to whoever works; the database already has them, so losing this loses nothing."""
    for start in range(0, len(attempt_ids), IDS_A_MESSAGE):
        some = [attempt_id.hex for attempt_id in attempt_ids[start : start + IDS_A_MESSAGE]]
        app.send_task("calls.place", [some])


def main() -> None:
    """Start the worker, as `takt up` does."""
    settings = read_settings()
    logs.configure(settings.log_level)
    app = make_app(settings)
    for name, function in TASKS.items():
        app.task(function, name=name, base=TaktTask, bind=True)
    app.start(
        ["worker", *("--loglevel", settings.log_level), *("--pool", "prefork"),
         "--without-gossip", "--without-mingle"]
    )  # fmt: skip


if __name__ == "__main__":
    main()
