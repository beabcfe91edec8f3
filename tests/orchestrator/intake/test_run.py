"""An import that is interrupted, repeated or run twice at once comes to the same."""

import hashlib
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from orchestrator.errors import NotFound
from orchestrator.intake import jobs, run
from orchestrator.intake.refused import ImportRefused
from orchestrator.services import Services
from tests import make

HISTORY = ["phone,at,result", *(f"8912{n:07d},01.02.2026,busy" for n in range(4500))]


class Crash(Exception):
    """The worker is gone."""


class CrashingServices(Services):
    """Services of a worker that dies just before its nth commit."""

    commits_left: list[int] = []  # noqa: RUF012 - a counter that outlives the frozen instance

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with super().transaction() as session:
            yield session
            session.flush()
            self.commits_left[0] -= 1
            if self.commits_left[0] <= 0:
                raise Crash


def crashing(services: Services, *, after: int) -> Services:
    made = CrashingServices(services.sessions, services.carrier, services.clock, services.settings)
    CrashingServices.commits_left[:] = [after]
    return made


def test_a_slice_ends_behind_a_chunk_and_the_next_one_goes_on(importing):
    import_id = importing.receive(*HISTORY, kind="history")
    assert run.advance(importing.services, import_id, seconds_max=0)
    assert importing.rows("SELECT state, position, accepted FROM import_job") == [
        ("running", 2001, 2000)
    ]
    assert run.unfinished(importing.services) == [import_id]
    job = importing.finish(import_id)
    assert (job.state, job.accepted, job.position) == ("done", 4500, 4501)
    assert run.unfinished(importing.services) == []


@pytest.mark.parametrize("after", [3, 5])
def test_a_worker_that_dies_before_a_commit_leaves_nothing_twice_and_nothing_out(importing, after):
    import_id = importing.receive(*HISTORY, kind="history")
    with pytest.raises(Crash):
        run.advance(crashing(importing.services, after=after), import_id, seconds_max=60)
    job = importing.finish(import_id)
    assert (job.state, job.rows, job.accepted, job.duplicates) == ("done", 4500, 4500, 0)
    assert importing.one("SELECT count(*) FROM touch") == 4500


def test_two_workers_on_one_import_write_every_row_once(importing):
    import_id = importing.receive(*HISTORY, kind="history")
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: importing.finish(import_id), range(4)))
    job = importing.finish(import_id)
    assert (job.state, job.rows, job.accepted) == ("done", 4500, 4500)


def test_two_imports_at_once_make_no_person_twice(importing):
    lines = ["phone", *(f"8912{n:07d}" for n in range(3000))]
    import_ids = [importing.receive(*lines) for _ in range(3)]
    with ThreadPoolExecutor(3) as workers:
        finished = list(workers.map(importing.finish, import_ids))
    assert importing.one("SELECT count(*) FROM person") == 3000
    assert sum(job.accepted for job in finished) == 3000


def test_progress_is_told_after_every_chunk(importing):
    import_id = importing.receive(*HISTORY, kind="history")
    told = []
    run.advance(importing.services, import_id, seconds_max=60, progress=told.append)
    assert [each.rows for each in told] == [2000, 4000, 4500]
    assert 0 < told[0].bytes_done < told[0].bytes_total == told[-1].bytes_done


def test_a_finished_import_does_nothing_more(importing):
    job = importing.take("phone", "89120001234")
    assert not run.advance(importing.services, job.id, seconds_max=60)


def test_the_file_that_was_sent_is_kept_by_its_digest(importing, settings):
    import_id = importing.receive("phone", "89120001234")
    kept = importing.rows("SELECT sha256, bytes_total, stored_path FROM import_job")
    ((digest, size, path),) = kept
    body = b"phone\n89120001234"
    assert (digest, size) == (hashlib.sha256(body).hexdigest(), len(body))
    assert Path(path).read_bytes() == body
    assert Path(path).is_relative_to(settings.home)
    assert importing.finish(import_id).state == "done"


@pytest.mark.parametrize(
    "kind,written,campaign_id,error",
    [
        ("poems", {}, None, jobs.KindUnknown),
        ("history", {}, 1, jobs.CampaignMisplaced),
        ("leads", {}, 999, NotFound),
        ("registry", {}, None, ImportRefused),
        ("leads", {"zone": "Mars"}, None, ImportRefused),
    ],
)
def test_an_order_that_cannot_be_meant_is_refused_and_keeps_no_file(
    services, kind, written, campaign_id, error
):
    with pytest.raises(error):
        jobs.receive(
            services, io.BytesIO(b"phone\n"), filename="x.csv", kind=kind, written=written,
            campaign_id=campaign_id, by=make.MANAGER,
        )  # fmt: skip
    assert [*services.settings.home.glob("imports/*")] == []


def test_the_name_of_a_file_loses_its_folders(services):
    for given in ("../../etc/passwd", "C:\\lists\\passwd", "passwd"):
        import_id = jobs.receive(
            services, io.BytesIO(b"phone\n"), filename=given, kind="leads", written={},
            campaign_id=None, by=make.MANAGER,
        )  # fmt: skip
        with services.transaction() as session:
            assert jobs.get(session, import_id).filename == "passwd"
