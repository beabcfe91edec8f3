"""Eight workers, four campaigns, one population: no cap gives way, and nobody rings twice.

The workers do what Celery's do, in any order and with every message sent more than once. What
they did is then counted by queries that share nothing with the code that decided.
"""

import multiprocessing
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from orchestrator import admission, calls, invariants, outcomes
from orchestrator.clock import ManualClock
from orchestrator.config import Settings
from orchestrator.services import Services, connect
from orchestrator.store import history
from orchestrator.telephony.base import CarrierReport
from tests import make
from tests.make import NOON

WORKERS = 8
CAMPAIGNS = 4
# Every retry plan would have everybody called again and again; only the caps stand in between.
EAGER = {
    "attempts_max": 20,
    "pauses_hours": dict.fromkeys(("no_answer", "busy", "machine"), [0.05] * 10),
}
# Mornings in Moscow of two weeks, a Tuesday the first; on the others the week's cap is full.
MORNINGS = [datetime(2026, 3, day, 6, 30, tzinfo=UTC) for day in (3, 4, 5, 9, 10, 13, 14)]
ENDINGS = ("no_answer", "no_answer", "busy", "machine")


class Network:
    """A carrier that remembers every dial and reports an end for each, some of them twice."""

    name = "simulated"

    def __init__(self, seed: int) -> None:
        self.dialled: list[UUID] = []
        self.chance = random.Random(seed)

    def dial(self, request) -> None:
        self.dialled.append(request.attempt_id)

    def cancel(self, attempt_id: UUID) -> bool:
        return False

    def reports(self, attempt_id: UUID, at: datetime) -> list[CarrierReport]:
        ending = self.chance.choice(ENDINGS)
        report = CarrierReport(
            "simulated", f"{attempt_id.hex}:end", attempt_id, "ended", at, ending
        )
        return [report] * self.chance.choice((1, 1, 1, 2))


class Crew:
    """Workers that admit, place and report at random until nothing is left to do."""

    def __init__(self, services: Services, campaign_ids: list[int], network: Network) -> None:
        self.services = replace(services, carrier=network)
        self.campaign_ids = campaign_ids
        self.network = network
        self.messages: list[list[UUID]] = []
        self.tries = 0  # Leads looked at to reserve, and attempts named to be claimed.
        self.undone = 0  # What the database undid to let somebody else go on.
        self.lock = threading.Lock()

    def work(self, seed: int) -> None:
        """Do what comes along until, several times in a row, there was nothing."""
        chance = random.Random(seed)
        idle = 0
        while idle < 2 * CAMPAIGNS:
            with self.lock:
                chance.shuffle(self.messages)
                message = self.messages.pop() if self.messages else None
            try:
                done = self._place(message, chance) if message else self._admit(chance)
            except OperationalError:
                # A deadlock: one of the two was undone whole. A real message comes again.
                with self.lock:
                    self.undone += 1
                    self.messages += [message] if message else []
                continue
            idle = 0 if done else idle + 1

    def _admit(self, chance: random.Random) -> int:
        with self.services.transaction() as session:
            looked_at, reserved = admission.admit_batch(
                session, self.services, chance.choice(self.campaign_ids), limit=100
            )
        with self.lock:
            self.tries += looked_at
            for start in range(0, len(reserved), 25):
                message = reserved[start : start + 25]
                self.messages += [message] * chance.choice((1, 1, 2))
        return looked_at

    def _place(self, message: list[UUID], chance: random.Random) -> int:
        with self.lock:
            self.tries += len(message)
        placed = calls.place(self.services, message)
        now = self.services.clock.now()
        for attempt_id in placed.dialled:
            for report in self.network.reports(attempt_id, now):
                outcomes.receive(self.services, report)
        return len(message)


def test_after_twenty_thousand_tries_no_cap_is_exceeded_and_nobody_rang_twice(services):
    crew = two_weeks(services, people=800)
    assert crew.tries >= 20_000
    assert_kept(services, crew.network.dialled)
    # The caps were reached, or nothing was put to the test: four calls for almost everybody.
    assert len(crew.network.dialled) > 2_400


@pytest.mark.slow
def test_after_twenty_thousand_calls_no_cap_is_exceeded_and_nobody_rang_twice(services):
    crew = two_weeks(services, people=6_000)
    assert len(crew.network.dialled) > 20_000
    assert_kept(services, crew.network.dialled)


def two_weeks(services: Services, *, people: int) -> Crew:
    """Let eight workers call everybody as often as they can, on every morning there is."""
    crew = Crew(services, populate(services, people=people), Network(seed=1))
    for morning in MORNINGS:
        for minutes in (0, 5):
            services.clock.set(morning + timedelta(minutes=minutes))
            with ThreadPoolExecutor(WORKERS) as pool:
                for done in [pool.submit(crew.work, seed) for seed in range(WORKERS)]:
                    done.result()
    return crew


def test_processes_that_know_nothing_of_each_other_keep_the_caps_together(services, database):
    campaign_ids = populate(services, people=150)
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(3) as pool:
        work = [(database, campaign_ids, seed) for seed in range(3)]
        dialled = [attempt_id for some in pool.map(work_alone, work) for attempt_id in some]
    assert_kept(services, dialled)
    assert len(dialled) > 125


def work_alone(work: tuple[str, list[int], int]) -> list[UUID]:
    """Be one process: a pool of connections and a clock of its own, and no shared memory."""
    database, campaign_ids, seed = work
    sessions = connect(database, pool_size=3)
    network = Network(seed)
    services = Services(sessions, network, ManualClock(NOON), Settings())
    crew = Crew(services, campaign_ids, network)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(crew.work, seed * 10 + place) for place in range(2)]:
            done.result()
    sessions.kw["bind"].dispose()
    return network.dialled


# ------------------------------------------------------------------------------ counting


COUNTS = {
    "a person was called twice on one day": """
        SELECT person_id FROM attempt WHERE claimed_at IS NOT NULL
        GROUP BY person_id, (claimed_at AT TIME ZONE 'Europe/Moscow')::date HAVING count(*) > 1
    """,
    "a person was called three times in one week": """
        SELECT person_id FROM attempt WHERE claimed_at IS NOT NULL
        GROUP BY person_id, date_trunc('week', claimed_at AT TIME ZONE 'Europe/Moscow')
        HAVING count(*) > 2
    """,
    "a shared number was called twice on one day": """
        SELECT number_id FROM attempt WHERE claimed_at IS NOT NULL
        GROUP BY number_id, (claimed_at AT TIME ZONE 'Europe/Moscow')::date HAVING count(*) > 1
    """,
    "a shared number was called three times in one week": """
        SELECT number_id FROM attempt WHERE claimed_at IS NOT NULL
        GROUP BY number_id, date_trunc('week', claimed_at AT TIME ZONE 'Europe/Moscow')
        HAVING count(*) > 2
    """,
    "a claimed attempt lacks one of its two clear decisions": """
        SELECT a.id FROM attempt a WHERE a.claimed_at IS NOT NULL AND
            (SELECT array_agg(d.moment ORDER BY d.id) FROM decision d WHERE d.attempt_id = a.id
             AND d.ruling = 'clear' AND d.id IN (a.admission_id, a.last_look_id))
            IS DISTINCT FROM '{admission,last_look}'
    """,
    "two calls of a person or a number are in progress": """
        SELECT a.id FROM attempt a JOIN attempt b
            ON a.id < b.id AND (a.person_id = b.person_id OR a.number_id = b.number_id)
        WHERE a.state NOT IN ('ended', 'withdrawn', 'unknown')
            AND b.state NOT IN ('ended', 'withdrawn', 'unknown')
    """,
    "an attempt is left reserved or in progress": """
        SELECT id FROM attempt WHERE state NOT IN ('ended', 'withdrawn')
    """,
    "a call is not in the ledger, or twice": """
        SELECT a.id FROM attempt a LEFT JOIN touch t ON t.attempt_id = a.id
        WHERE a.claimed_at IS NOT NULL GROUP BY a.id HAVING count(t.id) <> 1
    """,
}


def assert_kept(services: Services, dialled: list[UUID]) -> None:
    """Count what was done, without asking anything that decided it."""
    twice = [attempt_id for attempt_id, times in Counter(dialled).items() if times > 1]
    with services.sessions() as session:
        broken = {
            says: rows
            for says, query in COUNTS.items()
            if (rows := session.scalars(text(query)).all())
        }
        claimed = session.scalar(text("SELECT count(*) FROM attempt WHERE claimed_at IS NOT NULL"))
    assert broken == {}
    assert twice == []
    assert len(dialled) == claimed
    with services.transaction() as session:
        findings = invariants.check_all(session, now=services.clock.now())
    assert [finding for finding in findings if finding.result == "broken"] == []


# ------------------------------------------------------------------------------ population


def populate(services: Services, *, people: int) -> list[int]:
    """Make people who are all leads of all four campaigns; every eighth shares a number."""
    with services.transaction() as session:
        make.an_acceptance(session)
        campaign_ids = [
            make.a_campaign(session, retry_plan=EAGER, name=f"campaign {place}").id
            for place in range(CAMPAIGNS)
        ]
        for statement in POPULATION:
            session.execute(
                text(statement), {"people": people, "now": NOON, "campaigns": campaign_ids}
            )
        ids = list(session.scalars(text("SELECT id FROM person")))
        history.refresh(session, ids)
        history.touch_leads(session, ids, NOON)
        session.execute(text("UPDATE lead_progress SET due_at = :at"), {"at": MORNINGS[0]})
    return campaign_ids


POPULATION = (
    """
    INSERT INTO person (name, language, declared_zone, region, owned, created_at)
    SELECT 'Анна Петрова', 'ru', 'Europe/Moscow', 'RU', '{}', :now
    FROM generate_series(1, :people)
    """,
    """
    INSERT INTO number (e164, kind, region, prefix_zones, created_at)
    SELECT '+7912000' || lpad(place::text, 4, '0'), 'mobile', 'RU', '{Europe/Moscow}', :now
    FROM generate_series(1, :people) place
    """,
    """
    INSERT INTO person_number (person_id, number_id, linked_at)
    SELECT p.id, n.id, :now FROM
        (SELECT id, row_number() OVER (ORDER BY id) AS place FROM person) p
        JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM number) n
        ON n.place = p.place - CASE WHEN p.place % 8 = 0 THEN 1 ELSE 0 END
    """,
    """
    UPDATE number n SET holders =
        (SELECT count(*) FROM person_number pn WHERE pn.number_id = n.id)
    """,
    """
    INSERT INTO consent (person_id, given, given_at, how, wording, evidence, source, fingerprint,
        recorded_by, recorded_at)
    SELECT id, true, :now - interval '30 days', 'form', 'I agree', 'document', 'crm', id::text,
        'takt', :now FROM person
    """,
    """
    INSERT INTO lead (campaign_id, person_id, reason, reason_hash, reason_facts, variables, score,
        level, created_at)
    SELECT c.id, p.id, 'reason ' || p.id, decode(md5(p.id::text), 'hex'), 1, '{}', 0.08, 3, :now
    FROM person p CROSS JOIN unnest(CAST(:campaigns AS bigint[])) c (id)
    """,
)
