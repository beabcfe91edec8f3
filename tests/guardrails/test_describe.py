"""What guardrails declare about themselves is what the documentation says."""

import dataclasses
from pathlib import Path

import pytest

from guardrails.describe import describe, refresh
from guardrails.guardrail import REGISTRY
from guardrails.sentences import LANGUAGES

PAGE = (Path(__file__).parents[2] / "docs" / "guardrails.md").read_text("utf-8")


def section_of(code):
    after = PAGE.partition(f"\n## `{code}`\n")[2]
    return after.partition("\n## ")[0]


@pytest.mark.parametrize("code", ["check.failed", *sorted(REGISTRY)])
def test_every_code_has_a_section_that_says_when_it_ends_and_what_it_serves(code):
    section = section_of(code)
    assert section, f"write a section ## `{code}` in docs/guardrails.md"
    assert "* **until:** " in section
    assert "* **serves:** " in section


@pytest.mark.parametrize("code", sorted(REGISTRY))
def test_every_limit_is_in_the_section_of_its_guardrail(code):
    for field in dataclasses.fields(REGISTRY[code]):
        assert f"| `{field.name}` |" in section_of(code)
        assert field.metadata["says"], f"say what `{field.name}` of {code} is"


@pytest.mark.parametrize("code", sorted(REGISTRY))
def test_a_further_code_is_named_in_the_section_of_its_guardrail(code):
    for also in REGISTRY[code].also:
        assert f"`{also}`" in section_of(code)


def test_the_page_says_what_the_guardrails_declare_today():
    assert refresh(PAGE) == PAGE, "write refresh(page) of guardrails/describe.py into the page"


@pytest.mark.parametrize("code", sorted(REGISTRY))
def test_the_text_of_a_guardrail_has_no_code_words(code):
    text = describe(code)["text"]
    assert text
    assert "_" not in text
    assert "`" not in text


def test_a_description_has_a_name_in_every_language():
    for language in LANGUAGES:
        assert describe("hours.closed", language)["limits"][0]["label"]
    assert describe("quality.level", "ru")["name"] == "уровень лида"


def test_a_description_tells_what_the_house_sets():
    assert [rule["max"] for rule in describe("frequency.person")["house"]] == [1, 2, 4]
