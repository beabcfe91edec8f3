"""Whatever is put into whichever field of whichever route, it is never a failure of ours."""

import copy
import re
from uuid import uuid4

import pytest

from api import docs
from tests import make
from tests.api.conftest import Client

JUNK = [
    None, True, -1, 0, 2**62, 1e300, 0.5, "", " ", "x" * 5000, "'; DROP TABLE lead; --", "\u202e٣",
    "2026-13-45", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00", "{first_name}", [],
    [[]], {}, {"a": {"b": None}},
]  # fmt: skip
CONTRACT = docs.openapi()


def sent_bodies():
    """Give every route that takes JSON, with the example it documents."""
    for path, methods in sorted(CONTRACT["paths"].items()):
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is None:
                continue
            reference = content["schema"].get("$ref", "").rpartition("/")[2]
            example = (
                CONTRACT["components"]["schemas"][reference]["example"]
                if reference
                else content["schema"]["examples"][0]
            )
            yield pytest.param(method.upper(), path, example, id=f"{method} {path}")


@pytest.fixture
def world(services):
    """One of everything, so that ids in addresses lead somewhere."""
    with services.transaction() as session:
        campaign = make.a_campaign(session)
        lead = make.a_due_lead(session, campaign)
        call = make.an_attempt(session, lead, state="unresolved")
        other = make.a_person(session)
        make.a_merge_proposal(session, lead.person_id, other.id)
    return {"attempt_id": str(call.id), "region": "RU", "day": "2026-03-09"}


@pytest.fixture
def everybody(app, role_keys):
    app.state.pace.burst = app.state.pace.per_second = 1e9
    roles = ("officer", "manager", "agent", "carrier", "admin")
    return [Client(app, role_keys[role]) for role in roles]


def answered(everybody, method: str, path: str, body: object):
    """Ask as the first role that may."""
    for client in everybody:
        answer = client(
            method, path, json=body,
            headers={"Idempotency-Key": uuid4().hex, "If-Match": '"1"'},
        )  # fmt: skip
        if answer.status_code != 403:
            return answer
    return answer


@pytest.mark.parametrize("method, path, example", list(sent_bodies()))
def test_no_field_of_a_body_can_make_us_fail(everybody, world, method, path, example):
    address = re.sub(r"\{(\w+)\}", lambda found: world.get(found[1], "1"), path)
    names = set(example) | {"person_id", "at", "offer_id", "starts_at", "expires_at", "cause"}
    failures = []
    for name in sorted(names):
        for junk in JUNK:
            body = copy.deepcopy(example)
            body[name] = junk
            answer = answered(everybody, method, address, body)
            if answer.status_code >= 500:
                failures.append((name, junk, answer.json()["type"]))
    assert failures == []


@pytest.mark.parametrize(
    "path", sorted(path for path, methods in CONTRACT["paths"].items() if "get" in methods)
)
def test_no_address_or_query_can_make_us_fail(everybody, world, path):
    queries = {
        parameter["name"]
        for parameter in CONTRACT["paths"][path]["get"].get("parameters", ())
        if parameter["in"] == "query"
    }
    tried = [(None, None), *((name, junk) for name in sorted(queries) for junk in JUNK[2:15])]
    failures = []
    for name, junk in tried:
        address = re.sub(r"\{(\w+)\}", lambda found: world.get(found[1], "1"), path)
        answer = everybody[0].get(address, params={name: junk} if name else None)
        is_health = path.endswith("/ready")
        if answer.status_code >= 500 and not is_health:
            failures.append((name, junk, answer.json()["type"]))
    for junk in ("0", "-1", "x", "9" * 40, "%F0%9F%98%80", ".."):
        address = re.sub(r"\{(\w+)\}", junk, path)
        answer = everybody[0].get(address)
        if answer.status_code >= 500 and not path.endswith("/ready"):
            failures.append(("address", junk, answer.json()["type"]))
    assert failures == []
