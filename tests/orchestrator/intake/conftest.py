"""Importing in tests: lines of text go in, the finished import comes out."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from orchestrator.intake import jobs, run
from orchestrator.services import Services
from orchestrator.tables import ImportJob
from tests import make


@dataclass
class Importing:
    """Takes files in and looks at what came of them."""

    services: Services

    def receive(self, *lines: str, kind: str = "leads", campaign_id: int | None = None, **written):
        body = io.BytesIO("\n".join(lines).encode())
        return jobs.receive(
            self.services, body, filename="list.csv", kind=kind, written=written,
            campaign_id=campaign_id, by=make.MANAGER,
        )  # fmt: skip

    def take(self, *lines: str, **ways) -> ImportJob:
        return self.finish(self.receive(*lines, **ways))

    def finish(self, import_id: int) -> ImportJob:
        while run.advance(self.services, import_id, seconds_max=60):
            pass
        with self.services.transaction() as session:
            return jobs.get(session, import_id)

    def rows(self, statement: str, **values) -> list[tuple]:
        with self.services.transaction() as session:
            return [tuple(row) for row in session.execute(text(statement), values)]

    def one(self, statement: str, **values):
        ((value,),) = self.rows(statement, **values)
        return value

    def contents(self) -> dict[str, list[tuple]]:
        """Give everything that importing again must leave as it is."""
        asked = {
            "person": "*", "person_key": "*", "number": "*", "person_number": "*",
            "lead": "*", "consent": "*", "touch": "*", "refusal": "*", "quote": "*",
            "suppression": "*", "merge_proposal": "*", "person_state": "*",
            "registry_listing": "*", "campaign_reason": "*", "lead_source": "*",
        }  # fmt: skip
        return {
            table: sorted(map(repr, self.rows(f"SELECT {columns} FROM {table}")))  # noqa: S608
            for table, columns in asked.items()
        }


@pytest.fixture
def importing(services: Services) -> Importing:
    return Importing(services)


@pytest.fixture
def campaign_id(services: Services) -> int:
    with services.transaction() as session:
        return make.a_campaign(session, state="draft").id


@pytest.fixture
def in_campaign(importing: Importing, campaign_id: int) -> Callable[..., ImportJob]:
    def take(*lines: str, **written) -> ImportJob:
        return importing.take(*lines, campaign_id=campaign_id, **written)

    return take
