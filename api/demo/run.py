"""Run the demonstration from nothing to its report."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.orm import Session, sessionmaker

from api.demo import dialling, preparing, telling
from api.demo.example import Example
from api.demo.figures import Figures, gather
from api.demo.timing import LAUNCH_AT, PREPARE_AT, Day
from api.demo.verdicts import explain
from api.demo.wire import Answer, Wire
from api.launcher import Launcher
from api.run_file import find
from orchestrator import keys
from orchestrator.config import Settings
from orchestrator.embedded.server import write_secret
from orchestrator.errors import Conflict
from orchestrator.services import connect

# Its presence says that a folder is a demonstration's and may be emptied for the next one.
MARK: Final = "demo-keys.json"


class HomeTaken(Conflict):
    """The folder holds something that is no earlier demonstration, or one that still runs."""

    code = "demo.home_taken"


def settings_for(settings: Settings, home: Path) -> Settings:
    """Give an installation of its own: own servers, any port, lines enough for one minute."""
    return settings.model_copy(
        update={
            "home": home, "database_url": None, "broker_url": None, "api_port": 0,
            "seller": "Телеком", "default_region": "RU", "carrier": "simulated",
            "carrier_lines_max": 200, "carrier_calls_per_second_max": 20.0,
            "simulated_seed": 1, "simulated_lose": 0.0, "simulated_repeat": 0.0,
            "simulated_delay_seconds_max": 0.0, "worker_processes": 2,
        }
    )  # fmt: skip


def run(settings: Settings, example: Example, console: Console, *, lang: str = "en") -> Figures:
    """Run the whole demonstration in `settings.home`, which is emptied; gives what it found."""
    empty(settings.home)
    console.print(f"Starting database, broker, API, worker and beat in {settings.home} …")
    launcher = Launcher(settings, out=lambda text: console.print(f"  {text}", markup=False))
    with launcher.running() as running, _database(running.database_url) as sessions:
        day = Day(sessions)
        day.prepare()
        wire = Wire(running.api_url, _keys(settings.home, sessions))
        return _campaign(wire, example, day, console, lang)


def empty(home: Path) -> None:
    """Remove an earlier demonstration; raises HomeTaken for anything else."""
    if find(home) is not None:
        raise HomeTaken(f"takt runs in `{home}`: stop it first, or name another folder")
    if home.is_dir() and any(home.iterdir()):
        if not (home / MARK).exists():
            message = f"`{home}` is no earlier demonstration: name an empty folder with --home"
            raise HomeTaken(message)
        shutil.rmtree(home)


@contextmanager
def _database(url: str) -> Iterator[sessionmaker[Session]]:
    """Have the database for what no API does: the clock and the first keys."""
    sessions = connect(url, pool_size=1)
    with closing(sessions.kw["bind"].connect()):
        yield sessions
    sessions.kw["bind"].dispose()


def _keys(home: Path, sessions: sessionmaker[Session]) -> dict[str, str]:
    """Make a key for each role, and keep them where whoever looks further finds them."""
    with sessions.begin() as session:
        made = keys.ensure_role_keys(session, now=PREPARE_AT)
    write_secret(home / MARK, json.dumps(made, indent=2) + "\n")
    return made


def _campaign(wire: Wire, example: Example, day: Day, console: Console, lang: str) -> Figures:
    """Do what people would do with the API, step by step."""

    def step(text: str) -> None:
        console.print(f"  {text}", markup=False)

    console.print(f"\nIt is {LAUNCH_AT:%A, %d %B %Y}, shortly before ten in Moscow.")
    preparing.open_and_tighten(wire, example, step)
    campaign_id = preparing.make_campaign(wire, example, step)
    with _bars(console) as bars:
        tasks = {kind: bars.add_task(f"  {kind}", total=None) for kind in preparing.LISTS}
        imports = preparing.bring_lists(
            wire, example, campaign_id, step,
            lambda kind, done, total: bars.update(tasks[kind], completed=done, total=total),
        )  # fmt: skip
    at = LAUNCH_AT.isoformat()
    preview: Answer = wire.get(f"/v1/campaigns/{campaign_id}/preview", "manager", at=at, lang=lang)
    telling.tell_preview(console, preview)

    day.run(preview["clear_now"])
    dialling.launch_at(wire, campaign_id, LAUNCH_AT)
    console.print("\nIt is ten in Moscow; the manager launches. The clock runs fast.")
    with _bars(console) as bars:
        task = bars.add_task("  calls", total=preview["clear_now"])

        def show(seen: Answer) -> None:
            bars.update(task, completed=seen["placed"])
            day.follow(seen)

        progress = dialling.watch(wire, campaign_id, show)
    day.end()
    dialling.wait_for_the_record(wire)
    figures = gather(
        wire, campaign_id, imports=imports, preview=preview, progress=progress,
        verdicts=tuple(explain(wire, campaign_id, preview, lang)),
    )  # fmt: skip
    telling.tell(console, figures)
    return figures


def _bars(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, transient=True)
