"""How messages travel: the Celery application, its delivery rules, and what beat says when.

A message is a wake-up that carries ids. It may come twice, late or never, so there are no due
times in the broker (no eta, no countdown), and a lost message is sent again by the sweep. No use
case is imported here: beat only says when.
"""

from celery import Celery

from orchestrator.config import Settings

# Seconds a finished or lost message stays invisible; longer than any task may take.
VISIBILITY_SECONDS = 90

# What beat does, in real seconds. A tick that finds nobody to do it is dropped, not saved up.
TICKS = {
    "campaigns.tick": 1.0,
    "network.deliver": 0.5,
    "calls.sweep": 2.0,
    "record.seal": 2.0,
    "imports.tick": 3.0,
    "invariants.check": 60.0,
}


def make_app(settings: Settings) -> Celery:
    """Build the Celery application for these settings."""
    broker = settings.broker_url
    app = Celery("takt", broker=broker.get_secret_value() if broker else None)
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=True,
        # A pool process that dies gives its message back; claiming the row is what makes the
        # repetition harmless.
        task_reject_on_worker_lost=True,
        task_default_queue="takt",
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_concurrency=settings.worker_processes,
        worker_send_task_events=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_SECONDS,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
        },
        beat_schedule={
            name: {"task": name, "schedule": seconds, "options": {"expires": max(seconds, 2.0)}}
            for name, seconds in TICKS.items()
        },
        beat_scheduler="celery.beat:Scheduler",  # Nothing to remember, nothing to corrupt.
        beat_max_loop_interval=0.5,
        enable_utc=True,
    )
    return app
