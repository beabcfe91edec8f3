"""What the end of a call means is one table, and its page says the same."""

import re
from pathlib import Path
from typing import get_args

import pytest

from guardrails.facts import FINAL_REFUSALS, RefusalKind
from orchestrator.dispositions import (
    CAUSES,
    MEANINGS,
    STRENGTH,
    UnknownDisposition,
    meaning_of,
    of_cause,
)
from orchestrator.retries import DEFAULT
from orchestrator.telephony.base import Disposition

DOCS = Path(__file__).parents[2] / "docs"


def test_every_disposition_has_a_meaning():
    assert set(MEANINGS) == set(get_args(Disposition))


def test_no_two_dispositions_weigh_the_same():
    assert len({meaning.weight for meaning in MEANINGS.values()}) == len(MEANINGS)


def test_a_no_outweighs_everything_that_is_none():
    noes = [meaning.weight for meaning in MEANINGS.values() if meaning.refusal]
    others = [meaning.weight for meaning in MEANINGS.values() if not meaning.refusal]
    assert min(noes) > max(others)


def test_a_stronger_no_is_a_heavier_one():
    noes = sorted(
        (meaning.weight, STRENGTH[meaning.refusal])
        for meaning in MEANINGS.values()
        if meaning.refusal
    )
    assert [strength for _, strength in noes] == sorted(strength for _, strength in noes)


def test_every_final_kind_is_as_strong_as_a_no_can_be():
    strongest = max(STRENGTH.values())
    assert {kind for kind in get_args(RefusalKind) if STRENGTH[kind] == strongest} == FINAL_REFUSALS


def test_a_word_nobody_knows_is_an_error():
    with pytest.raises(UnknownDisposition):
        meaning_of("vanished")


@pytest.mark.parametrize(
    "cause, was_answered, disposition",
    [
        (486, False, "busy"),
        (603, False, "declined"),
        (603, True, "declined"),
        (607, False, "unwanted"),
        (403, False, "failed"),
        (16, False, "no_answer"),
        (None, False, "no_answer"),
        (None, True, "unknown"),
        (486, True, "unknown"),
    ],
)
def test_a_cause_without_a_word_names_the_end(cause, was_answered, disposition):
    assert of_cause(cause, was_answered=was_answered) == disposition


def table(page: str, columns: int) -> list[list[str]]:
    """Read the rows of the tables of a page that have so many columns."""
    lines = (DOCS / page).read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    return [row for row in rows if len(row) == columns and row[0].startswith("`")]


def test_the_page_about_dispositions_shows_the_same_table():
    shown = {
        row[0].strip("`"): (row[2], row[3].strip("`"), row[4], row[5], row[6])
        for row in table("dispositions.md", 7)
    }
    assert shown == {
        word: (
            meaning.reach,
            meaning.refusal or "–",
            f"closed: {meaning.closed_because}" if meaning.step == "closed" else meaning.step,
            "acceptance"
            if meaning.is_acceptance
            else "conversation"
            if meaning.is_conversation
            else "–",
            ", ".join(f"{hours:g}" for hours in DEFAULT.pauses_hours.get(word, ())) or "–",
        )
        for word, meaning in MEANINGS.items()
    }


def test_the_page_about_dispositions_shows_every_cause():
    text = (DOCS / "dispositions.md").read_text("utf-8")
    shown = {
        int(cause): word
        for cause, word in re.findall(r"^\| (\d+) \| `(\w+)` \|", text, re.MULTILINE)
    }
    assert shown == CAUSES


def test_the_page_about_refusals_shows_every_kind():
    shown = {row[0].strip("`") for row in table("refusals.md", 3)}
    assert shown == set(get_args(RefusalKind))
