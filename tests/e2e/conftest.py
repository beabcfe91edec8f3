"""A whole installation with its real processes, and the few things tests do to it from outside."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api import run_file
from api.launcher import Launcher
from orchestrator import invariants, keys
from orchestrator.clock import ManualClock, SystemClock
from orchestrator.config import Settings
from orchestrator.services import SYSTEM, Services, connect
from orchestrator.store.clock import set_clock
from orchestrator.telephony.simulated import SimulatedCarrier
from tests import make
from tests.conftest import make_home

RATE = 10.0
# Every process reads the clock's row again within a second.
REREAD_SECONDS = 1.5
PATIENCE_SECONDS = 120.0
POLL_SECONDS = 0.1


@dataclass
class Installation:
    """What a test sees of an installation: its API, its database, its processes."""

    home: Path
    said: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)

    def begin(self) -> None:
        """Make the keys, let the clock run, and have an officer answer for Russia."""
        self.reconnect()
        with self.sessions.begin() as session:
            for role in ("manager", "officer", "agent"):
                _, self.keys[role] = keys.create(
                    session, f"{role} of the test", role=role, by=SYSTEM, now=make.NOON
                )
            make.an_acceptance(session)
        self.show(make.NOON)

    def reconnect(self) -> None:
        """Find the database where it is now."""
        self.sessions = connect(self.running.database_url, pool_size=3)

    @property
    def running(self) -> run_file.Running:
        """Say where it answers and which processes it is, as they are now."""
        found = run_file.find(self.home)
        assert found is not None
        return found

    # ---- the API

    def call(self, method: str, path: str, role: str, **more: Any) -> Any:
        """Ask the API; gives the body of a good answer."""
        headers = {"Authorization": f"Bearer {self.keys[role]}"}
        if method == "POST":
            headers["Idempotency-Key"] = os.urandom(8).hex()
        url = f"{self.running.api_url}/v1{path}"
        answer = httpx2.request(method, url, headers=headers, timeout=60, **more)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def get(self, path: str, role: str = "manager", **query: Any) -> Any:
        return self.call("GET", path, role, params=query)

    def post(self, path: str, role: str = "manager", **body: Any) -> Any:
        return self.call("POST", path, role, json=body)

    def launch(self, campaign_id: int) -> Any:
        return self.post(f"/campaigns/{campaign_id}/launch", "officer", script_review="none")

    def sent(self, campaign_id: int, rows: str) -> int:
        """Send a list of leads; gives the import that takes it in."""
        job = self.call(
            "POST",
            "/imports",
            "manager",
            files={"file": ("leads.csv", rows.encode())},
            data={
                "kind": "leads",
                "campaign_id": str(campaign_id),
                "options": json.dumps({"source": "crm"}),
            },
        )
        return int(job["id"])

    def imported(self, campaign_id: int, rows: str) -> Any:
        """Send a list of leads and wait until it is taken in."""
        job = self.sent(campaign_id, rows)
        return eventually(lambda: self.get(f"/imports/{job}"), lambda now: now["state"] == "done")

    # ---- the database

    def rows(self, query: str, **values: Any) -> list[Any]:
        """Read what a query gives."""
        with self.sessions() as session:
            return [tuple(row) for row in session.execute(text(query), values)]

    def one(self, query: str, **values: Any) -> Any:
        return self.rows(query, **values)[0][0]

    def campaign_of(self, *, people: int, **facts: Any) -> int:
        """Make a campaign, not launched yet, with so many callable people of its own."""
        with self.sessions.begin() as session:
            facts = {"state": "draft", "lines_max": 60, "calls_per_second_max": 20, **facts}
            facts |= {"script_review": None, "script_accepted_by": None}
            campaign = make.a_campaign(session, **facts)
            for _ in range(people):
                make.a_due_lead(session, campaign)
            campaign_id: int = campaign.id
        return campaign_id

    def services(self) -> Services:
        """Have the use cases in this process too, on a clock that stands at the present."""
        clock = ManualClock(self.now())
        carrier = SimulatedCarrier(sessions=self.sessions, clock=clock)
        return Services(self.sessions, carrier, clock, Settings(home=self.home))

    # ---- the clock

    def show(self, shown: datetime, *, rate: float = RATE) -> None:
        """Let the shared clock show an instant from now on."""
        with self.sessions.begin() as session:
            set_clock(session, real=SystemClock().now(), shown=shown, rate=rate)
        time.sleep(REREAD_SECONDS)

    def now(self) -> datetime:
        real, shown, rate = self.rows("SELECT real, shown, rate FROM clock")[0]
        return shown + (SystemClock().now() - real) * rate

    def leap(self, step: timedelta) -> None:
        """Let time pass at once."""
        self.show(self.now() + step)

    # ---- the processes

    def kill(self, name: str) -> int:
        """Kill a process as an out-of-memory killer would; gives the pid it had."""
        pid = self.running.pids[name]
        os.kill(pid, signal.SIGKILL)
        return pid

    def is_revived(self, name: str, killed: int) -> None:
        """Wait until another process has taken the place of a killed one, and all is well."""
        eventually(lambda: self.running.pids.get(name), lambda pid: pid not in (None, killed))
        eventually(self.is_ready, bool)

    def is_ready(self) -> bool:
        try:
            answer = httpx2.get(f"{self.running.api_url}/v1/health/ready", timeout=10)
        except httpx2.HTTPError:
            return False
        return answer.status_code == 200

    # ---- what must hold

    def broken(self) -> list[str]:
        with self.sessions.begin() as session:
            findings = invariants.check_all(session, self.now())
        return [str(finding) for finding in findings if finding.result == "broken"]


def eventually(look: Callable[[], Any], is_so: Callable[[Any], bool]) -> Any:
    """Look again and again until something is so; a database that is away is looked at later."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    seen: Any = None
    while time.monotonic() < deadline:
        try:
            seen = look()
        except (DBAPIError, httpx2.HTTPError) as error:
            seen = error
        else:
            if is_so(seen):
                return seen
        threading.Event().wait(POLL_SECONDS)
    raise AssertionError(f"still not so after {PATIENCE_SECONDS:.0f} s: {seen}")


@pytest.fixture(scope="session")
def installation(used_home: Path) -> Iterator[Installation]:
    """One installation for all tests: each makes campaigns and people of its own."""
    home = make_home()
    subprocess.run(["/bin/cp", "-a", str(used_home / "postgres"), str(home)], check=True)
    (home / "postgres" / "port").unlink(missing_ok=True)
    found = Installation(home)
    settings = Settings(
        home=home, api_port=0, carrier_lines_max=200, carrier_calls_per_second_max=100
    )
    with Launcher(settings, out=found.said.append).running():
        found.begin()
        yield found
        found.sessions.kw["bind"].dispose()
    shutil.rmtree(home)
