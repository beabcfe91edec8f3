"""Cursors, masks, bodies and limits, each by itself."""

import contextlib
import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from api import masking
from api.app import create_app, log_masked
from api.body import DEPTH_MAX, read_json
from api.paging import BadCursor, read_cursor, write_cursor
from orchestrator.errors import Invalid
from orchestrator.services import Services, connect
from tests.api.conftest import Client

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.text(max_size=20)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)  # fmt: skip


@given(st.integers(0, 2**63 - 1))
def test_a_cursor_gives_back_the_row_it_was_made_of(row_id):
    assert read_cursor(write_cursor(row_id)) == row_id


@given(st.text(max_size=64))
def test_a_cursor_made_up_is_refused_or_harmless(cursor):
    with contextlib.suppress(BadCursor):
        assert write_cursor(read_cursor(cursor)) == cursor


@given(st.binary(max_size=200))
def test_bytes_are_a_body_or_a_problem_never_a_failure(raw):
    with contextlib.suppress(Invalid):
        read_json(raw)


@given(JSON)
def test_a_body_is_read_as_it_was_written(value):
    raw = json.dumps(value)
    if "\\u0000" in raw or "\\ud8" in raw:
        return
    assert read_json(raw.encode()) == value


@pytest.mark.parametrize("depth, is_read", [(DEPTH_MAX, True), (DEPTH_MAX + 1, False)])
def test_a_body_may_be_nested_so_deep_and_no_deeper(depth, is_read):
    raw = b"[" * depth + b"]" * depth
    try:
        read_json(raw)
    except Invalid:
        assert not is_read
    else:
        assert is_read


@pytest.mark.parametrize(
    "e164, masked", [("+79120001234", "+7912•••••34"), ("+442079460123", "+4420••••••23")]
)
def test_a_masked_number_keeps_its_beginning_and_two_digits(e164, masked):
    assert masking.number(e164, full=False) == masked
    assert masking.number(e164, full=True) == e164


def test_a_masked_name_keeps_its_initials():
    assert masking.name("Анна Петрова", full=False) == "А. П."
    assert masking.name(None, full=False) is None


def test_a_database_that_is_away_is_unavailable_and_says_when_to_come_back(services, role_keys):
    nowhere = connect("postgresql+psycopg://takt@127.0.0.1:9/takt", pool_size=1)
    app = create_app(Services(nowhere, services.carrier, services.clock, services.settings))
    answer = Client(app, role_keys["manager"]).get("/v1/campaigns")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable.database")
    assert answer.headers["retry-after"]


def test_a_lock_that_somebody_holds_too_long_is_a_conflict_to_be_repeated(services, app, admin):
    @app.post("/impatient")
    def impatient() -> None:
        with services.transaction() as session:
            session.execute(text("SET LOCAL lock_timeout = '50ms'"))
            session.execute(text("LOCK TABLE topic IN EXCLUSIVE MODE"))

    engine = create_engine(services.sessions.kw["bind"].url)
    with engine.connect() as other, other.begin():
        other.execute(text("LOCK TABLE topic IN EXCLUSIVE MODE"))
        answer = admin.post("/impatient")
    engine.dispose()
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/conflict.meanwhile")


def test_what_the_web_server_logs_is_masked_too(capsys):
    kept = logging.getLogger().handlers[:]
    try:
        log_masked("INFO")
        logging.getLogger("uvicorn.error").error("call to +79120001234 failed")
        assert "79120001234" not in capsys.readouterr().err
    finally:
        logging.getLogger().handlers[:] = kept
