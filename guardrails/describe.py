"""Describe a guardrail from what it declares about itself: for documentation, forms and the API."""

import dataclasses
import re
from inspect import cleandoc
from typing import Any, Final

from guardrails.guardrail import REGISTRY
from guardrails.policy import load_pack, write_value
from guardrails.sentences import Language
from guardrails.tightening import say, texts

DECLARED: Final = re.compile(r"<!-- ([a-z_.]+) -->\n.*?<!-- end -->", re.DOTALL)
DIRECTIONS: Final = {
    "lower": "lower",
    "higher": "higher",
    "fewer": "fewer",
    "more": "more",
    "true": "yes",
    "false": "no",
    "same": "any change makes another guardrail",
}


def describe(code: str, language: Language = "en") -> dict[str, Any]:
    """Give name, text and limits of the guardrail with this code; raises KeyError."""
    kind = REGISTRY[code]
    return {
        "code": code,
        "also": list(kind.also),
        "name": texts()["codes"][code][language],
        "text": cleandoc(kind.__doc__ or ""),
        "limits": [
            describe_limit(field, language)
            for field in dataclasses.fields(kind)  # type: ignore[arg-type]
        ],
        "house": [
            {
                field: write_value(value)
                for field, value in vars(rule).items()
                if field in names(rule)
            }
            for rule in load_pack().guardrails
            if rule.code == code
        ],
    }


def describe_limit(field: "dataclasses.Field[Any]", language: Language) -> dict[str, Any]:
    """Give what one limit declares: unit, bounds, words, default and what is stricter."""
    declared = field.metadata
    is_required = field.default is dataclasses.MISSING
    return {
        "name": field.name,
        "label": texts()["fields"][field.name][language],
        "says": declared["says"],
        "unit": declared.get("unit"),
        "between": declared.get("between"),
        "of": declared.get("of"),
        "is_required": is_required,
        "is_optional": bool(declared.get("optional")),
        "default": None if is_required else write_value(field.default),
        "stricter": declared["stricter"],
    }


def names(rule: object) -> set[str]:
    """Give the names of a guardrail's limits."""
    return {field.name for field in dataclasses.fields(rule)}  # type: ignore[arg-type]


def refresh(page: str) -> str:
    """Write what guardrails declare about themselves anew into a documentation page.

    Between `<!-- code -->` and `<!-- end -->` stand the text and the limits of that code; all the
    rest of the page is left as it is.
    """
    return DECLARED.sub(lambda found: f"<!-- {found[1]} -->\n{section(found[1])}<!-- end -->", page)


def section(code: str) -> str:
    """Write the text and limits of a guardrail as Markdown."""
    parts = [str(describe(code)["text"]), table(code) or "No limits to set."]
    return "\n\n".join(parts) + "\n"


def table(code: str) -> str:
    """Write the limits of a guardrail as a Markdown table; empty when it has none."""
    described = describe(code)
    if not described["limits"]:
        return ""
    house: list[dict[str, Any]] = described["house"]
    rows = [
        "| limit | what it is | values | default | in `house.default` | stricter |",
        "|---|---|---|---|---|---|",
    ]
    for limit in described["limits"]:
        used = " · ".join(written(entry[limit["name"]]) for entry in house) or "not used"
        default = "required" if limit["is_required"] else written(limit["default"])
        cells = (
            f"`{limit['name']}`", limit["says"], values(limit), default, used,
            DIRECTIONS[limit["stricter"]],
        )  # fmt: skip
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def values(limit: dict[str, Any]) -> str:
    """Say which values a limit may have."""
    if limit["between"] is not None:
        low, high = limit["between"]
        bounds = f"{low} to {high} {limit['unit']}"
        return f"{bounds}, or none" if limit["is_optional"] else bounds
    if limit["of"] is not None:
        return ", ".join(f"`{word}`" for word in limit["of"])
    if limit["stricter"] in ("true", "false"):
        return "yes or no"
    return {
        "window": "`rolling(P30D)`, `rolling(PT24H)`, `calendar(day)`, `calendar(week)`, "
        "`calendar(month)`, `ever`",
        "hours": "times a weekday and holiday",
    }.get(limit["name"], "a word")


def written(value: object) -> str:
    """Write a value of a limit into a cell."""
    if value is None:
        return "none"
    if isinstance(value, list):
        return ", ".join(f"`{word}`" for word in value)
    return say(value, "en") if isinstance(value, bool | dict) else f"{value}"
