"""Docs are tested like code: generated pages are fresh, and nothing public is undocumented."""

import pytest

from api import docs
from api.errors import title_of
from guardrails.guardrail import REGISTRY
from orchestrator.config import OUTSIDE, PREFIX, Settings


def page(name: str) -> str:
    return (docs.DOCS / name).read_text("utf-8")


@pytest.mark.parametrize("name", sorted(docs.pages()))
def test_a_generated_page_says_what_the_code_says(name):
    assert page(name) == docs.pages()[name], "run `make docs`"


@pytest.mark.parametrize("code", sorted(REGISTRY))
def test_every_guardrail_has_a_section_of_its_own(code):
    assert f"## `{code}`" in page("guardrails.md")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_says_what_it_is(name):
    assert Settings.model_fields[name].description
    assert f"`{PREFIX}{name.upper()}`" in page("settings.md")


def test_variables_read_before_there_are_settings_are_listed():
    assert set(docs.OUTSIDE_SAYS) == OUTSIDE


def test_every_command_and_option_says_what_it_does():
    import typer.main  # noqa: PLC0415 - as the pages do

    for words, command in docs.commands(typer.main.get_command(docs.cli.app), "takt"):
        assert f"## `{words}`" in page("cli.md")
        assert command.help, words
        for parameter in command.params:
            assert parameter.name == "help" or parameter.help, f"{words} {parameter.name}"


def test_every_route_says_what_it_does_and_has_its_line():
    for path, methods in docs.openapi()["paths"].items():
        for method, operation in methods.items():
            assert operation["description"], path
            assert f"`{method.upper()} {path}`" in page("api.md")


def test_every_body_that_is_sent_has_an_example():
    contract = docs.openapi()
    sent = {
        body["$ref"].rpartition("/")[2]
        for methods in contract["paths"].values()
        for operation in methods.values()
        for media, content in operation.get("requestBody", {}).get("content", {}).items()
        if media == "application/json" and "$ref" in (body := content["schema"])
    }
    schemas = contract["components"]["schemas"]
    assert [name for name in sorted(sent) if "example" not in schemas[name]] == []


def test_every_route_but_health_asks_for_a_key():
    for path, methods in docs.openapi()["paths"].items():
        for method, operation in methods.items():
            is_open = path.startswith("/v1/health/")
            assert ("security" in operation) != is_open, f"{method} {path}"


def test_every_problem_has_a_type_of_its_own_and_a_title():
    titles: dict[str, str] = {}
    for kind in docs.problem_kinds():
        assert kind.__doc__, kind.__qualname__
        assert titles.setdefault(kind.code, title_of(kind)) == title_of(kind), kind.code
        assert f"`/problems/{kind.code}`" in page("problems.md")
