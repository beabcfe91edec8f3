from orchestrator import keys
from orchestrator.store import keys as store


def test_a_request_without_a_key_is_unauthorized(anonymous):
    answer = anonymous.get("/v1/keys")
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_key_that_was_never_made_opens_nothing(anonymous):
    answer = anonymous.get("/v1/keys", headers={"Authorization": "Bearer takt_nothing"})
    assert answer.status_code == 401


def test_a_role_that_may_not_is_told_which_role_may(manager):
    answer = manager.get("/v1/keys")
    assert answer.status_code == 403
    assert answer.json()["allowed"] == ["admin"]


def test_a_new_key_is_shown_once_and_opens_its_role(admin, anonymous):
    made = admin.post("/v1/keys", {"name": "crm", "role": "admin"}).json()
    assert made["key"].startswith("takt_")
    listed = anonymous.get("/v1/keys", headers={"Authorization": f"Bearer {made['key']}"})
    assert listed.status_code == 200
    assert all("key" not in each and "hash" not in each for each in listed.json())


def test_a_revoked_key_opens_nothing_any_more(admin, anonymous):
    made = admin.post("/v1/keys", {"name": "crm", "role": "admin"}).json()
    assert admin.post(f"/v1/keys/{made['id']}/revoke").status_code == 200
    answer = anonymous.get("/v1/keys", headers={"Authorization": f"Bearer {made['key']}"})
    assert answer.status_code == 401


def test_a_key_is_kept_as_a_hash_only(services, role_keys):
    with services.sessions() as session:
        kept = store.listed(session)
    assert len(kept) == 6
    assert all(secret.encode() not in key.hash for key in kept for secret in role_keys.values())


def test_keys_of_roles_are_made_once(services, role_keys):
    with services.transaction() as session:
        assert keys.ensure_role_keys(session, now=services.clock.now()) == {}


def test_a_key_that_asks_too_fast_is_told_to_slow_down(app, admin):
    app.state.pace.burst, app.state.pace.per_second = 3, 0.001
    answers = [admin.get("/v1/keys").status_code for _ in range(8)]
    assert answers == [200] * 3 + [429] * 5
