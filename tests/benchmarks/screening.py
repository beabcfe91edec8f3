"""How fast leads are screened: against one query a lead, and against copying the bare rows."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from orchestrator import ground, screening
from orchestrator.services import Services
from orchestrator.store import copying
from tests.benchmarks.figures import Figure
from tests.benchmarks.naive import screen_one

CAMPAIGN = 1
CHECKED = 100
BATCHES = (100, 5_000, 10_000)  # The first is admission's.
_DECISION = (
    "at, moment, campaign_id, lead_id, person_id, number_id, attempt_id, ruling, codes, reasons,"
    " until, next_clear, policy_hash, input_digest, requested_by"
)
_INPUT = "salt, body, context"
# A table, the columns that are filled, and from which columns of the remembered rows.
TABLES = (
    ("decision", f"id, {_DECISION}", f"new_id, {_DECISION}"),
    ("decision_input", f"decision_id, {_INPUT}", f"new_id, {_INPUT}"),
)
REMEMBER = """
    CREATE TEMP TABLE again AS
    SELECT row_number() OVER () AS place,
        nextval(pg_get_serial_sequence('decision', 'id')) AS new_id, d.*, i.salt, i.body, i.context
    FROM decision d JOIN decision_input i ON i.decision_id = d.id
    WHERE d.lead_id > %(first)s AND d.lead_id <= %(last)s
"""


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

    def copy_rate(self, first: int, *, batch: int) -> float:
        """Copy the rows that screening wrote from a lead on, as new rows; leads a second.

        In batches of the same size as the screening had, a transaction each.
        """
        spent, copied = 0.0, 0
        with self.services.sessions() as session:
            connection = copying.raw_connection(session)
            connection.execute(REMEMBER, {"first": first, "last": self.position})
            (count,) = connection.execute("SELECT count(*) FROM again").fetchone() or (0,)
            for after in range(0, count, batch):
                bodies = [
                    copied_out(connection, chosen, after, after + batch) for _, _, chosen in TABLES
                ]
                connection.execute("COMMIT")
                begun = time.perf_counter()
                connection.execute("BEGIN")
                for (table, columns, _), body in zip(TABLES, bodies, strict=True):
                    with connection.cursor().copy(
                        f"COPY {table} ({columns}) FROM STDIN (FORMAT binary)"
                    ) as to:
                        to.write(body)
                connection.execute("COMMIT")
                spent += time.perf_counter() - begun
                copied += min(batch, count - after)
            connection.execute("DROP TABLE again")
            connection.execute("COMMIT")
        return copied / spent


def copied_out(connection: Any, columns: str, after: int, last: int) -> bytes:
    """Give some of the remembered rows as COPY takes them."""
    chosen = f"SELECT {columns} FROM again WHERE place > {after} AND place <= {last}"  # noqa: S608
    with connection.cursor().copy(f"COPY ({chosen}) TO STDOUT (FORMAT binary)") as out:
        return b"".join(bytes(piece) for piece in out)


def measure(services: Services, *, leads: int, repetitions: int) -> list[Figure]:
    """Screen by every size of batch, naively, and copy the rows, over and over in turn."""
    check_equal(services)
    reel = Reel(services, position=CHECKED)
    reel.rate(leads // 10, batch=1_000)  # The first of anything is slower.
    rates: dict[str, list[float]] = {}
    for _ in range(repetitions):
        for batch in BATCHES:
            first = reel.position
            rates.setdefault(f"{batch:,}", []).append(reel.rate(max(leads, batch), batch=batch))
            copied = reel.copy_rate(first, batch=batch)
            rates.setdefault(f"copy {batch:,}", []).append(copied)
        rates.setdefault("naive", []).append(reel.naive_rate(max(20, leads // 50)))
    return list(compared(rates))


def compared(rates: dict[str, list[float]]) -> Iterator[Figure]:
    """Hold each rate against the naive one and against the bare copy of the same repetition."""
    yield Figure("screening, one query a lead (naive)", "leads/s", tuple(rates["naive"]))
    for batch in (f"{batch:,}" for batch in BATCHES):
        found, bare = rates[batch], rates[f"copy {batch}"]
        yield Figure(f"screening, batches of {batch}", "leads/s", tuple(found))
        yield Figure(f"bare COPY of the same rows, batches of {batch}", "leads/s", tuple(bare))
        naive = tuple(a / b for a, b in zip(found, rates["naive"], strict=True))
        yield Figure("  screening against naive", "x", naive, at_least=60)
        copy = tuple(a / b for a, b in zip(found, bare, strict=True))
        yield Figure("  screening against bare COPY", "x", copy, at_least=0.08)


def check_equal(services: Services, *, leads: int = CHECKED) -> None:
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
