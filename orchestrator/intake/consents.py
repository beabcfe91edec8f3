"""Write what people said about being called. A statement is kept once, and never changed.

An imported yes may satisfy a demand for consent; it lifts no refusal. Of a yes and a no in one
file the no holds: if the yes is the younger one, the no is repeated, dated when it was received.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import blake2b
from typing import NamedTuple

from orchestrator.intake.leads import ConsentRow
from orchestrator.intake.refused import Warned
from orchestrator.intake.taking.chunk import Desk
from orchestrator.store import imports as store

CONSENT = (
    "COPY consent (person_id, given, given_at, purpose, how, wording, evidence, source,"
    " fingerprint, recorded_by, recorded_at) FROM STDIN"
)
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class Statement(NamedTuple):
    """One thing one person said."""

    row: int
    person_id: int
    said: ConsentRow
    at: datetime | None
    fingerprint: str


class Statements:
    """The statements of one chunk; `known` are people who were known before it."""

    def __init__(self, desk: Desk, *, known: Iterable[int]) -> None:
        self._desk = desk
        self._source = f"import:{desk.import_id}"
        wanted = desk.opened.options.consent_purpose
        self._purpose = None if wanted == "any" else wanted
        self._known = set(known)
        self._new: list[Statement] = []
        self.changed: set[int] = set()

    def add(self, row: int, person_id: int, said: ConsentRow) -> None:
        """Take down one statement; a no without a date is dated when we received it."""
        at = said.at if said.given or said.at is not None else self._desk.now
        self._new.append(Statement(row, person_id, said, at, self._fingerprint(said)))

    def write(self) -> list[Warned]:
        """Write the statements that are not on record yet; warns of those that contradict."""
        asked = {each.person_id for each in self._new} & self._known
        on_record = store.statements(self._desk.session, asked) if asked else []
        seen = {(each.person_id, each.fingerprint) for each in on_record}
        of_this_file: dict[int, list[tuple[bool, datetime | None]]] = defaultdict(list)
        for each in on_record:
            if each.source == self._source:
                of_this_file[each.person_id].append((each.given, each.at))
        fresh = []
        for statement in self._new:
            key = statement.person_id, statement.fingerprint
            if key not in seen:
                seen.add(key)
                fresh.append(statement)
                of_this_file[statement.person_id].append((statement.said.given, statement.at))
        self.changed = {each.person_id for each in fresh}
        last_row = {each.person_id: each for each in fresh}
        repeated = [
            last_row[person_id]
            for person_id, said in of_this_file.items()
            if person_id in last_row and _is_contradictory(said)
        ]
        store.copy_rows(
            self._desk.session,
            CONSENT,
            [*map(self._record, fresh), *map(self._record_no, repeated)],
        )
        return [Warned(each.row, "consent", "consent_contradicted", "") for each in repeated]

    def _record(self, statement: Statement) -> tuple[object, ...]:
        said = statement.said
        # A no covers every purpose; a yes only the one the file is about.
        purpose = self._purpose if said.given else None
        return (
            *(statement.person_id, said.given, statement.at, purpose, said.how, said.wording),
            *(said.evidence, self._source, statement.fingerprint, self._desk.by.name),
            self._desk.now,
        )

    def _record_no(self, statement: Statement) -> tuple[object, ...]:
        return (
            *(statement.person_id, False, self._desk.now, None, None, None, None, self._source),
            *(f"contradicted:{statement.fingerprint}", self._desk.by.name, self._desk.now),
        )

    def _fingerprint(self, said: ConsentRow) -> str:
        at = said.at and said.at.isoformat()
        parts = said.given, at, self._purpose, said.how, said.wording, said.evidence
        return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def _is_contradictory(said: list[tuple[bool, datetime | None]]) -> bool:
    """Say whether one file holds both a no and a yes that is younger than every no."""
    noes = [at or LONG_AGO for given, at in said if not given]
    yeses = [at or LONG_AGO for given, at in said if given]
    return bool(noes and yeses) and max(yeses) > max(noes)
