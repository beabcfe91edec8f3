"""A client of the API for each role, over a fresh database."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_app
from orchestrator import keys
from orchestrator.services import Services


class Client:
    """Asks as one role; every answer that is no success is checked to be a problem."""

    def __init__(self, app: FastAPI, key: str | None) -> None:
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.http = TestClient(app, raise_server_exceptions=False)

    def __call__(self, method: str, path: str, *, headers: dict | None = None, **body):
        answer = self.http.request(
            method, path, headers={**self.headers, **(headers or {})}, **body
        )
        if answer.status_code >= 400 and not path.endswith("/ready"):
            assert answer.headers["content-type"] == "application/problem+json", answer.text
            assert {"type", "title", "status", "detail"} <= set(answer.json())
        return answer

    def get(self, path: str, **body):
        return self("GET", path, **body)

    def post(self, path: str, json: object = None, **body):
        return self("POST", path, json=json, **body)

    def act(self, path: str, json: object = None, **body):
        """Post with an idempotency key of its own."""
        return self("POST", path, json=json, headers={"Idempotency-Key": uuid4().hex}, **body)


@pytest.fixture
def role_keys(services: Services) -> dict[str, str]:
    with services.transaction() as session:
        return keys.ensure_role_keys(session, now=services.clock.now())


@pytest.fixture
def app(services: Services) -> FastAPI:
    return create_app(services)


@pytest.fixture
def anonymous(app: FastAPI) -> Client:
    return Client(app, None)


def client_of(role: str):
    @pytest.fixture(name=role)
    def made(app: FastAPI, role_keys: dict[str, str]) -> Iterator[Client]:
        return Client(app, role_keys[role])

    return made


manager, officer, auditor, agent, carrier, admin = (
    client_of(role) for role in ("manager", "officer", "auditor", "agent", "carrier", "admin")
)
