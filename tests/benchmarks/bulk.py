"""Whole campaigns: taken in, previewed, screened; how long and how much memory."""

import json
import multiprocessing
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from orchestrator import preview, screening
from orchestrator.intake import jobs, run
from orchestrator.services import Actor
from tests import make
from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import Place, Server, services_at
from tests.benchmarks.screening import CAMPAIGN

MANAGER = Actor("bench", "manager")
SLICE_SECONDS = 3600.0


def apart(what: Callable[..., None], *values: object) -> tuple[float, float]:
    """Do a thing in a process of its own; gives seconds and the most memory it held, in MB."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=measured, args=(theirs, what, values))
    process.start()
    answer: tuple[float, float] = ours.recv()
    process.join()
    return answer


def measured(pipe, what: Callable[..., None], values: tuple) -> None:
    """Do a thing and say what it took."""
    begun = time.monotonic()
    what(*values)
    seconds = time.monotonic() - begun
    pipe.send((seconds, memory_mb_max()))


def memory_mb_max() -> float:
    """Give the most memory this process ever held; `getrusage` counts its parent's as well."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def take_in(address: str, home: Path, path: Path) -> None:
    """Import a file of leads."""
    services = services_at(address, home)
    with services.transaction() as session:
        campaign_id = make.a_campaign(session, state="draft").id
    with path.open("rb") as stream:
        import_id = jobs.receive(
            services, stream, filename=path.name, kind="leads", written={"source": "crm"},
            campaign_id=campaign_id, by=MANAGER,
        )  # fmt: skip
    while run.advance(services, import_id, seconds_max=SLICE_SECONDS):
        pass
    with services.transaction() as session:
        job = jobs.get(session, import_id)
        assert job.state == "done", job.problem
        assert not job.rejected, f"{job.rejected} rows were rejected"


def look_ahead(address: str, home: Path) -> None:
    """Preview a campaign."""
    services = services_at(address, home)
    preview.preview(services, CAMPAIGN)


def screen(address: str, home: Path) -> None:
    """Screen a campaign from the first lead to the last."""
    screening.screen(services_at(address, home), CAMPAIGN)


def measure(server: Server, place: Place, *, people: int, whole: bool) -> list[Figure]:
    """Take a list in, preview and screen a campaign, each once and in a process of its own."""
    empty = server.make("taken_in")
    path = server.home / "leads.ndjson"
    write_leads(path, people)
    took = apart(take_in, empty.address, server.home, path)
    looked = apart(look_ahead, place.address, server.home)
    screened = apart(screen, place.address, server.home)
    # The promises are about a million; a smaller run says nothing about them.
    seconds, megabytes = (180.0, 300.0) if whole else (None, None)
    name = f"{people:,} leads"
    return [
        Figure(f"import of {name}, time", "s", (took[0],), at_most=seconds),
        Figure(f"import of {name}, memory at most", "MB", (took[1],), at_most=megabytes),
        Figure(f"preview of {name}, time", "s", (looked[0],)),
        Figure(f"preview of {name}, memory at most", "MB", (looked[1],)),
        Figure(f"screening of {name}, time", "s", (screened[0],)),
        Figure(f"screening of {name}, memory at most", "MB", (screened[1],)),
    ]


def write_leads(path: Path, rows: int) -> None:
    """Write a file of good leads."""
    signal = datetime(2026, 2, 20, tzinfo=UTC).date().isoformat()
    with path.open("w", encoding="utf-8") as file:
        for i in range(rows):
            line = {
                "external_id": str(i), "phone": f"+79{i // 10_000:02d}000{i % 10_000:04d}",
                "name": f"Анна Белова {'абвгде'[i % 6]}", "region": "RU-MOW",
                "reason": f"Ваш интернет подключён по договору {i}", "score": 0.08, "level": 4,
                "signal": "search", "signal_at": signal, "tariff": "Домашний 500",
            }  # fmt: skip
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
