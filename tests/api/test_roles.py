"""Who may do what: every route of the contract with every role, and nobody but those named."""

import re
from uuid import uuid4

import pytest

from api import docs
from tests.api.conftest import Client

CONTRACT = docs.openapi()
ROLES = ("manager", "officer", "auditor", "agent", "carrier", "admin")
READERS = {"manager", "officer", "auditor"}
DESK = READERS | {"agent"}
ANYONE = DESK | {"admin"}
MANAGERS = {"manager", "officer"}
CALLERS = MANAGERS | {"agent"}
STOPPERS = MANAGERS | {"admin"}

MAY = {
    "GET /v1/audit/events": READERS,
    "GET /v1/audit/invariants": READERS,
    "GET /v1/audit/verify": READERS,
    "GET /v1/calls": DESK,
    "GET /v1/calls/{attempt_id}": DESK,
    "POST /v1/calls/{attempt_id}/dial": CALLERS,
    "POST /v1/calls/{attempt_id}/resolve": CALLERS,
    "POST /v1/calls/{attempt_id}/skip": CALLERS,
    "GET /v1/campaigns": ANYONE,
    "POST /v1/campaigns": MANAGERS,
    "GET /v1/campaigns/{campaign_id}": ANYONE,
    "PATCH /v1/campaigns/{campaign_id}": MANAGERS,
    "POST /v1/campaigns/{campaign_id}/accept-script": {"officer"},
    "GET /v1/campaigns/{campaign_id}/events": ANYONE,
    "POST /v1/campaigns/{campaign_id}/launch": MANAGERS,
    "POST /v1/campaigns/{campaign_id}/next-call": CALLERS,
    "POST /v1/campaigns/{campaign_id}/pause": STOPPERS,
    "GET /v1/campaigns/{campaign_id}/preview": ANYONE,
    "GET /v1/campaigns/{campaign_id}/progress": ANYONE,
    "POST /v1/campaigns/{campaign_id}/resume": MANAGERS,
    "POST /v1/campaigns/{campaign_id}/stop": STOPPERS,
    "POST /v1/carrier-events": {"carrier"},
    "GET /v1/corrections": READERS,
    "POST /v1/corrections": CALLERS,
    "POST /v1/corrections/{correction_id}/settle": {"officer"},
    "GET /v1/decisions": READERS,
    "GET /v1/decisions/{decision_id}": READERS,
    "GET /v1/decisions/{decision_id}/replay": READERS,
    "GET /v1/emergency-stop": ANYONE,
    "POST /v1/emergency-stop": STOPPERS,
    "POST /v1/emergency-stop/lift": {"officer"},
    "GET /v1/holidays": ANYONE,
    "PUT /v1/holidays/{region}/{day}": {"officer"},
    "GET /v1/imports": READERS,
    "POST /v1/imports": MANAGERS,
    "GET /v1/imports/{import_id}": READERS,
    "GET /v1/imports/{import_id}/findings": MANAGERS,
    "GET /v1/imports/{import_id}/rejections.csv": MANAGERS,
    "GET /v1/jurisdictions": ANYONE,
    "POST /v1/jurisdictions/{region}/accept": {"officer"},
    "POST /v1/jurisdictions/{region}/withdraw": {"officer"},
    "GET /v1/keys": {"admin"},
    "POST /v1/keys": {"admin"},
    "POST /v1/keys/{key_id}/revoke": {"admin"},
    "GET /v1/leads": READERS,
    "GET /v1/leads/{lead_id}": READERS,
    "GET /v1/merge-proposals": READERS,
    "POST /v1/merge-proposals/{proposal_id}/settle": MANAGERS,
    "GET /v1/numbers/{number}": DESK,
    "GET /v1/offers": ANYONE,
    "POST /v1/offers": {"officer"},
    "GET /v1/offers/{offer_id}": ANYONE,
    "PATCH /v1/offers/{offer_id}": {"officer"},
    "GET /v1/people/{person_id}": DESK,
    # A withdrawal is taken down by whoever hears it; a consent by an officer only.
    "POST /v1/people/{person_id}/consents": {"officer"},
    "GET /v1/policy": ANYONE,
    "GET /v1/policy/versions": ANYONE,
    "POST /v1/policy/versions": {"officer"},
    "GET /v1/policy/versions/{version_id}": ANYONE,
    "POST /v1/policy/versions/{version_id}/activate": {"officer"},
    "GET /v1/refusals": READERS,
    "POST /v1/refusals": CALLERS,
    "POST /v1/refusals/{refusal_id}/lift": {"officer"},
    "GET /v1/scripts": ANYONE,
    "POST /v1/scripts": MANAGERS,
    "GET /v1/scripts/{script_version_id}": ANYONE,
    "GET /v1/suppressions": READERS,
    "POST /v1/suppressions": MANAGERS,
    "POST /v1/suppressions/{suppression_id}/lift": {"officer"},
    "GET /v1/topics": ANYONE,
    "POST /v1/topics": {"officer"},
}
OPEN = {"GET /v1/health/live", "GET /v1/health/ready"}
ROUTES = {
    f"{method.upper()} {path}" for path, methods in CONTRACT["paths"].items() for method in methods
}


@pytest.fixture
def asking(app, role_keys):
    """Give what asks a route as a role, with the body it documents."""
    app.state.pace.burst = app.state.pace.per_second = 1e9
    clients = {role: Client(app, role_keys[role]) for role in ROLES}
    clients["nobody"] = Client(app, None)

    def ask(route: str, role: str) -> int:
        method, path = route.split(" ")
        headers = {"Idempotency-Key": uuid4().hex, "If-Match": '"1"'}
        address = re.sub(r"\{\w+\}", "999", path)
        return clients[role](method, address, headers=headers, **body_of(method, path)).status_code

    return ask


def body_of(method: str, path: str) -> dict[str, object]:
    content = CONTRACT["paths"][path][method.lower()].get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        return {"data": {"kind": "leads"}, "files": {"file": ("list.csv", b"phone\n")}}
    if "application/json" not in content:
        return {}
    schema = content["application/json"]["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    examples = [CONTRACT["components"]["schemas"][name]["example"]] if name else schema["examples"]
    return {"json": examples[0]}


def test_every_route_says_who_may():
    assert {*MAY, *OPEN} == ROUTES


def test_nobody_but_those_named_is_let_in(asking):
    let_in = {
        route: {role for role in ROLES if asking(route, role) != 403} for route in sorted(MAY)
    }
    assert let_in == MAY


def test_nobody_is_let_in_without_a_key(asking):
    assert {route for route in sorted(MAY) if asking(route, "nobody") != 401} == set()
