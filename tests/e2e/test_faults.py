"""kill -9 in the middle of a running campaign: nothing rings twice, nothing is lost, it goes on.

The launcher starts again what was killed. Calls nobody can say anything about any more end as
unknown once the clock has passed the longest call there could be; their leads wait for a person.
"""

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e.conftest import Installation, eventually

pytestmark = pytest.mark.e2e

PEOPLE = 80
IN_THE_MIDDLE = 12
# Past ring limit, longest call and the ten minutes of a doubt.
LONGEST_DOUBT = timedelta(minutes=27)
PLACED = "SELECT count(*) FROM attempt WHERE campaign_id = :id AND claimed_at IS NOT NULL"


@pytest.mark.parametrize("name", ["worker", "beat", "api", "valkey", "postgres"])
def test_a_process_killed_in_the_middle_of_a_campaign_costs_no_ring_too_many(installation, name):
    campaign_id = _in_the_middle(installation)
    killed = installation.kill(name)
    installation.is_revived(name, killed)
    _goes_on_to_its_end(installation, campaign_id)


def test_a_pool_process_of_the_worker_killed_in_the_middle_costs_no_ring_too_many(installation):
    campaign_id = _in_the_middle(installation)
    children = _children_of(installation.running.pids["worker"])
    assert children
    os.kill(children[0], signal.SIGKILL)
    _goes_on_to_its_end(installation, campaign_id)


def test_an_import_whose_worker_is_killed_accounts_for_every_row(installation):
    campaign_id = installation.campaign_of(people=0)
    rows = 4_000
    head = "phone;name;reason;level;score;external id\n"
    lines = (
        f"{'+7 912 000 ' + f'{n:04d}'[:2] + ' ' + f'{n:04d}'[2:]};Анна Петрова;"
        f"Интернет подключён {n} марта;3;0.08;row-{n}\n"
        for n in range(rows)
    )
    job = installation.sent(campaign_id, head + "".join(lines))
    eventually(
        lambda: installation.get(f"/imports/{job}"),
        lambda now: now["rows"] > 0 or now["state"] == "done",
    )
    killed = installation.kill("worker")
    installation.is_revived("worker", killed)
    done = eventually(
        lambda: installation.get(f"/imports/{job}"), lambda now: now["state"] == "done"
    )
    assert done["rows"] == rows
    assert done["accepted"] + done["rejected"] + done["duplicates"] == rows
    leads = installation.one("SELECT count(*) FROM lead WHERE campaign_id = :id", id=campaign_id)
    assert leads == done["accepted"]


# ------------------------------------------------------------------------------ steps


def _in_the_middle(installation: Installation) -> int:
    """Launch a campaign and wait until it is well under way, but not over."""
    campaign_id = installation.campaign_of(people=PEOPLE, calls_per_second_max=0.5)
    installation.launch(campaign_id)
    placed = eventually(
        lambda: installation.one(PLACED, id=campaign_id), lambda n: n >= IN_THE_MIDDLE
    )
    assert placed < PEOPLE
    return campaign_id


def _goes_on_to_its_end(installation: Installation, campaign_id: int) -> None:
    """See everybody called once, every call ended, every lead accounted for, no promise broken."""
    called = "SELECT count(DISTINCT person_id) FROM attempt WHERE campaign_id = :id"
    eventually(lambda: installation.one(called, id=campaign_id), lambda n: n == PEOPLE)
    in_progress = (
        "SELECT count(*) FROM attempt WHERE campaign_id = :id AND claimed_at IS NOT NULL"
        " AND state IN ('dialing', 'ringing', 'answered', 'unresolved')"
    )
    eventually(lambda: installation.one(PLACED, id=campaign_id), lambda n: n >= PEOPLE)
    installation.leap(LONGEST_DOUBT)
    eventually(lambda: installation.one(in_progress, id=campaign_id), lambda n: n == 0)
    twice = installation.rows(
        "SELECT s.e164 FROM simulated_call s JOIN attempt a ON a.id = s.attempt_id"
        " WHERE a.campaign_id = :id GROUP BY s.e164 HAVING count(*) > 1",
        id=campaign_id,
    )
    assert twice == []
    unaccounted = installation.rows(
        "SELECT l.id FROM lead l LEFT JOIN lead_progress g ON g.lead_id = l.id"
        " WHERE l.campaign_id = :id AND NOT coalesce(g.state IN ('closed', 'agent')"
        " OR g.state = 'open' AND (g.due_at IS NOT NULL OR g.decision_id IS NOT NULL), false)",
        id=campaign_id,
    )
    assert unaccounted == []
    assert installation.broken() == []
    installation.post(f"/campaigns/{campaign_id}/stop", why="seen enough")


def _children_of(pid: int) -> list[int]:
    """List the processes a process has begun."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed]
