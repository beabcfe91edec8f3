"""Bodies nobody should send: each ends in the exact problem, none in a failure of ours."""

import json

import pytest

JSON = {"Content-Type": "application/json"}
TOPIC = {"code": "mobile", "title": "Связь"}


def body_of(**changes: object) -> bytes:
    return json.dumps({**TOPIC, **changes}).encode()


# By name: what is sent (method, path, body, headers), then the status and problem it ends in.
HOSTILE = {
    "nothing at all": ("POST", "/v1/topics", b"", JSON, 422, "request.invalid"),
    "not json": ("POST", "/v1/topics", b"code=mobile", JSON, 400, "body.unreadable"),
    "half an object": ("POST", "/v1/topics", b'{"code": "mob', JSON, 400, "body.unreadable"),
    "two objects": ("POST", "/v1/topics", body_of() * 2, JSON, 400, "body.unreadable"),
    "a list": ("POST", "/v1/topics", b"[]", JSON, 422, "request.invalid"),
    "a bare string": ("POST", "/v1/topics", b'"mobile"', JSON, 422, "request.invalid"),
    "null": ("POST", "/v1/topics", b"null", JSON, 422, "request.invalid"),
    "cp1251": (
        "POST", "/v1/topics", '{"code": "m", "title": "Связь"}'.encode("cp1251"), JSON,
        400, "body.unreadable",
    ),
    "utf-16": ("POST", "/v1/topics", body_of().decode().encode("utf-16"), JSON, 400,
               "body.unreadable"),
    "an overlong utf-8 nul": ("POST", "/v1/topics", b'{"code": "\xc0\x80"}', JSON, 400,
                              "body.unreadable"),
    "a nul byte": ("POST", "/v1/topics", body_of(title="a\x00b"), JSON, 422, "request.invalid"),
    "a raw nul byte": ("POST", "/v1/topics", b'{"code": "a\x00"}', JSON, 400, "body.unreadable"),
    "half a character": ("POST", "/v1/topics", b'{"code": "m", "title": "\\ud800"}', JSON, 422,
                         "request.invalid"),
    "a key twice": ("POST", "/v1/topics", b'{"code": "a", "code": "b", "title": "c"}', JSON, 400,
                    "body.unreadable"),
    "nan": ("POST", "/v1/topics", b'{"code": NaN}', JSON, 400, "body.unreadable"),
    "infinity": ("POST", "/v1/topics", b'{"code": -Infinity}', JSON, 400, "body.unreadable"),
    "nested a thousand deep": ("POST", "/v1/scripts", b'{"a":' * 1000 + b"1" + b"}" * 1000, JSON,
                               400, "body.unreadable"),
    "nested a million deep": ("POST", "/v1/scripts", b"[" * 1_000_000, JSON, 400,
                              "body.unreadable"),
    "a number of 5000 digits": ("POST", "/v1/offers", b'{"topic_id": ' + b"9" * 5000 + b"}", JSON,
                                422, "request.invalid"),
    "a number past 64 bits": ("POST", "/v1/offers", b'{"topic_id": 9223372036854775808}', JSON,
                              422, "request.invalid"),
    "a float past every number": ("POST", "/v1/offers", b'{"topic_id": 1e999}', JSON, 422,
                                  "request.invalid"),
    "an unknown field": ("POST", "/v1/topics", body_of(admin=True), JSON, 422, "request.invalid"),
    "a field of another type": ("POST", "/v1/topics", body_of(code={"a": 1}), JSON, 422,
                                "request.invalid"),
    "a title without end": ("POST", "/v1/topics", body_of(title="a" * 100_000), JSON, 422,
                            "request.invalid"),
    "no title": ("POST", "/v1/topics", body_of(title=""), JSON, 422, "offer.invalid"),
    "a code that is sql": ("POST", "/v1/topics", body_of(code="'; DROP TABLE lead; --"), JSON, 422,
                           "offer.invalid"),
    "a body of three megabytes": ("POST", "/v1/topics", body_of(title="a" * 3_000_000), JSON, 413,
                                  "body.too_large"),
    "a form": ("POST", "/v1/topics", b"code=mobile&title=a",
               {"Content-Type": "application/x-www-form-urlencoded"}, 415, "body.wrong_type"),
    "json called text": ("POST", "/v1/topics", body_of(), {"Content-Type": "text/plain"}, 415,
                         "body.wrong_type"),
    "json called nothing": ("POST", "/v1/topics", body_of(), {}, 415, "body.wrong_type"),
    "xml": ("POST", "/v1/topics", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            {"Content-Type": "application/xml"}, 415, "body.wrong_type"),
    "a lying length": ("POST", "/v1/topics", body_of(),
                       {**JSON, "Content-Length": "99999999999"}, 413, "body.too_large"),
    "a cursor made up": ("GET", "/v1/topics?after=abc", b"", {}, 422, "page.bad_cursor"),
    "a cursor that is no base64": ("GET", "/v1/topics?after=%21%21", b"", {}, 422,
                                   "page.bad_cursor"),
    "a limit of a million": ("GET", "/v1/topics?limit=1000000", b"", {}, 422, "request.invalid"),
    "an id that is a word": ("GET", "/v1/offers/one", b"", {}, 422, "request.invalid"),
    "an id past 64 bits": ("GET", f"/v1/offers/{10**30}", b"", {}, 422, "request.invalid"),
    "an id below zero": ("GET", "/v1/offers/-1", b"", {}, 422, "request.invalid"),
    "a nul in the address": ("GET", "/v1/offers/%00", b"", {}, 422, "address.unreadable"),
    "a nul in the query": ("GET", "/v1/scripts?script=%00", b"", {}, 422, "address.unreadable"),
    "broken utf-8 in the query": ("GET", "/v1/scripts?script=%ff%fe", b"", {}, 200, None),
    "an address without a route": ("GET", "/v1/nothing", b"", {}, 404, "not_found.route"),
    "a method that is not answered": ("DELETE", "/v1/topics", b"", {}, 405, "method_not_allowed"),
    "an idempotency key of spaces": ("POST", "/v1/topics", body_of(),
                                     {**JSON, "Idempotency-Key": "   "}, 422, "request.invalid"),
    "an endless idempotency key": ("POST", "/v1/topics", body_of(),
                                   {**JSON, "Idempotency-Key": "k" * 500}, 422,
                                   "request.invalid"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_request_ends_in_its_own_problem(officer, name):
    method, path, body, headers, status, code = HOSTILE[name]
    answer = officer(method, path, headers=headers, content=body)
    assert answer.status_code == status, answer.text
    if code is not None:
        assert answer.json()["type"] == f"/problems/{code}"


def test_a_value_that_was_refused_is_not_repeated_in_the_answer(officer):
    answer = officer.post("/v1/offers", {"topic_id": "+79120001234"})
    assert answer.status_code == 422
    assert "79120001234" not in answer.text
