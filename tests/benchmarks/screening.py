"""How fast leads are screened: against one query a lead, and against copying the bare rows."""

import time
from dataclasses import dataclass

from sqlalchemy import text

from orchestrator import ground, screening
from orchestrator.services import Services
from orchestrator.store import copying
from tests.benchmarks.figures import Figure
from tests.benchmarks.naive import screen_one

CAMPAIGN = 1
BATCHES = (100, 5_000, 10_000)  # The first is admission's.
COLUMNS = (
    "at, moment, campaign_id, lead_id, person_id, number_id, attempt_id, ruling, codes, reasons,"
    " until, next_clear, policy_hash, input_digest, requested_by"
)


@dataclass(slots=True)
class Reel:
    """Leads of a campaign nobody has looked at yet, taken from the front."""

    services: Services
    position: int = 0

    def rate(self, leads: int, *, batch: int) -> float:
        """Screen the next leads; gives leads a second."""
        begun = time.perf_counter()
        done = screening.screen(
            self.services,
            CAMPAIGN,
            after_lead_id=self.position,
            batch=batch,
            batches_max=max(1, leads // batch),
        )
        seconds = time.perf_counter() - begun
        assert done.decisions == done.leads > 0, (
            f"{done} after {self.position}: screened before, or no leads left"
        )
        self.position = done.last_lead_id
        return done.leads / seconds

    def naive_rate(self, leads: int) -> float:
        """Screen the next leads one by one; gives leads a second."""
        with self.services.transaction() as session:
            shared = ground.survey(
                session,
                CAMPAIGN,
                settings=self.services.settings,
                now=self.services.clock.now(),
            )
        begun = time.perf_counter()
        for lead_id in range(self.position + 1, self.position + 1 + leads):
            screen_one(self.services, shared, lead_id)
        seconds = time.perf_counter() - begun
        self.position += leads
        return leads / seconds

    def copy_rate(self, first: int) -> float:
        """Copy the rows that screening wrote from a lead on, as new rows; leads a second."""
        with self.services.sessions() as session:
            connection = copying.raw_connection(session)
            with connection.cursor() as cursor:
                cursor.execute(
                    "CREATE TEMP TABLE again AS SELECT"
                    " nextval(pg_get_serial_sequence('decision', 'id')) AS new_id, d.*,"
                    " i.salt, i.body, i.context"
                    " FROM decision d JOIN decision_input i ON i.decision_id = d.id"
                    " WHERE d.lead_id > %s AND d.lead_id <= %s",
                    (first, self.position),
                )
                rows = cursor.rowcount
                decisions = self._bytes(cursor, f"new_id, {COLUMNS}")
                inputs = self._bytes(cursor, "new_id, salt, body, context")
                cursor.execute("COMMIT")
                begun = time.perf_counter()
                cursor.execute("BEGIN")
                for table, columns, body in (
                    ("decision", f"id, {COLUMNS}", decisions),
                    ("decision_input", "decision_id, salt, body, context", inputs),
                ):
                    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT binary)") as to:
                        to.write(body)
                cursor.execute("COMMIT")
                seconds = time.perf_counter() - begun
                cursor.execute("DROP TABLE again")
            session.commit()
        return rows / seconds

    @staticmethod
    def _bytes(cursor, columns: str) -> bytes:
        statement = f"COPY (SELECT {columns} FROM again) TO STDOUT (FORMAT binary)"  # noqa: S608
        with cursor.copy(statement) as out:
            return b"".join(bytes(piece) for piece in out)


def measure(services: Services, *, leads: int, repetitions: int) -> list[Figure]:
    """Screen by every size of batch, naively, and copy the rows, over and over in turn."""
    reel = Reel(services)
    check_equal(services)
    reel.position = 200
    reel.rate(leads // 10, batch=1_000)  # The first of anything is slower.
    rates: dict[str, list[float]] = {}
    for _ in range(repetitions):
        for batch in BATCHES:
            first = reel.position
            # So that no figure is of a fifth of a second.
            count = leads // 2 if batch < 1_000 else max(leads, batch)
            rates.setdefault(f"{batch:,}", []).append(reel.rate(count, batch=batch))
            if batch == BATCHES[-1]:
                rates.setdefault("copy", []).append(reel.copy_rate(first))
        rates.setdefault("naive", []).append(reel.naive_rate(max(20, leads // 50)))
    return list(compared(rates))


def compared(rates: dict[str, list[float]]):
    """Hold each rate against the naive one and against the bare copy of the same repetition."""
    yield Figure("screening, one query a lead (naive)", "leads/s", tuple(rates["naive"]))
    yield Figure("bare COPY of the same rows", "leads/s", tuple(rates["copy"]))
    for batch in (f"{batch:,}" for batch in BATCHES):
        found = rates[batch]
        yield Figure(f"screening, batches of {batch}", "leads/s", tuple(found))
        naive = tuple(a / b for a, b in zip(found, rates["naive"], strict=True))
        yield Figure(f"  against naive, batches of {batch}", "x", naive, at_least=60)
        copy = tuple(a / b for a, b in zip(found, rates["copy"], strict=True))
        yield Figure(f"  against bare COPY, batches of {batch}", "x", copy, at_least=0.08)


def check_equal(services: Services, *, leads: int = 100) -> None:
    """Make sure that the naive code answers as screening does, or the comparison says nothing."""
    reel = Reel(services)
    reel.rate(leads, batch=leads)
    reel.position = 0
    reel.naive_rate(leads)
    with services.sessions() as session:
        different = session.execute(
            text(
                "SELECT lead_id FROM decision WHERE lead_id <= :leads GROUP BY lead_id"
                " HAVING count(DISTINCT (codes, reasons, until, next_clear, number_id)) > 1"
            ),
            {"leads": leads},
        ).all()
    assert not different, f"the naive code answers otherwise for leads {different[:5]}"
