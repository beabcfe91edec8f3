"""What the frame of the API promises whatever the route."""

import threading

from sqlalchemy import event

from api.app import create_app
from api.deps import Now, Transaction
from orchestrator import keys
from orchestrator.errors import Conflict
from tests import make
from tests.api.conftest import Client


def test_the_commit_comes_before_the_answer(services, role_keys):
    happened = []
    app = create_app(services)
    event.listen(services.sessions, "after_commit", lambda session: happened.append("commit"))

    async def spied(scope, receive, send):
        async def sending(message):
            happened.append(message["type"])
            await send(message)

        await app(scope, receive, sending)

    Client(spied, role_keys["admin"]).post("/v1/keys", {"name": "crm", "role": "agent"})
    assert happened.index("commit") < happened.index("http.response.start")


def test_a_request_that_fails_leaves_nothing_behind(app, admin):
    @app.post("/then-fail")
    def write_then_fail(session: Transaction, now: Now) -> None:
        keys.create(session, "crm", role="agent", by=make.ADMIN, now=now)
        raise Conflict("something went wrong afterwards")

    assert admin.post("/then-fail").status_code == 409
    assert len(admin.get("/v1/keys").json()) == 6


def test_a_failure_of_ours_says_nothing_about_itself(app, anonymous):
    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("+79120001234 belongs to Anna")

    answer = anonymous.get("/broken")
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/internal")
    assert "Anna" not in answer.text


def test_the_same_key_and_request_get_the_same_answer_and_act_once(admin):
    twice = [
        admin.post("/v1/keys", {"name": "crm", "role": "agent"}, headers={"Idempotency-Key": "one"})
        for _ in range(2)
    ]
    assert twice[0].status_code == twice[1].status_code == 201
    assert twice[0].content == twice[1].content
    assert "idempotency-replayed" not in twice[0].headers
    assert twice[1].headers["idempotency-replayed"] == "true"
    assert len(admin.get("/v1/keys").json()) == 7


def test_the_same_key_for_another_request_is_a_mismatch(admin):
    key = {"Idempotency-Key": "one"}
    admin.post("/v1/keys", {"name": "crm", "role": "agent"}, headers=key)
    answer = admin.post("/v1/keys", {"name": "erp", "role": "agent"}, headers=key)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/idempotency.mismatch")


def test_a_request_that_failed_leaves_its_key_free(admin):
    key = {"Idempotency-Key": "one"}
    assert (
        admin.post("/v1/keys", {"name": "admin", "role": "agent"}, headers=key).status_code == 409
    )
    assert admin.post("/v1/keys", {"name": "crm", "role": "agent"}, headers=key).status_code == 201


def test_two_keys_may_use_the_same_idempotency_key(app, admin):
    other = Client(app, admin.post("/v1/keys", {"name": "two", "role": "admin"}).json()["key"])
    key = {"Idempotency-Key": "one"}
    assert admin.post("/v1/keys", {"name": "a", "role": "agent"}, headers=key).status_code == 201
    assert other.post("/v1/keys", {"name": "b", "role": "agent"}, headers=key).status_code == 201


def test_equal_requests_at_once_act_once(app, role_keys, admin):
    answers = []
    start = threading.Barrier(8)

    def ask() -> None:
        client = Client(app, role_keys["admin"])
        start.wait()
        answers.append(
            client.post(
                "/v1/keys", {"name": "crm", "role": "agent"}, headers={"Idempotency-Key": "one"}
            )
        )

    running = [threading.Thread(target=ask) for _ in range(8)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert len(admin.get("/v1/keys").json()) == 7
