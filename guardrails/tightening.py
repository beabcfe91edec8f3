"""Whether a change of policy tightens, and what it changes, in words.

A change tightens when every old guardrail has in the new policy one of the same code and of the
same identity (its `same` fields) whose limits are equal or stricter, and when every merged
setting is. Anything else, and anything in doubt, loosens. What is stricter is declared by the
fields themselves; nothing here knows a single rule.
"""

import dataclasses
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any, Literal

from guardrails.guardrail import Guardrail
from guardrails.policy import Policy, write_value
from guardrails.sentences import Language

Effect = Literal["tightens", "loosens", "none"]
RING = "settings.ring_seconds_max"


@dataclasses.dataclass(frozen=True)
class Difference:
    """One limit that moved, or one guardrail that came or went (then `field` is empty)."""

    code: str
    effect: Effect
    field: str = ""
    old: Any = None
    new: Any = None
    identity: tuple[tuple[str, Any], ...] = ()  # The fields that say which one it is.

    def words(self, language: Language) -> str:
        """Say the difference: `attempts per person: at most 3 → 2, tightens`."""
        words = texts()
        name = words["codes"][self.code][language]
        details = ", ".join(say(value, language) for _, value in self.identity if value is not None)
        subject = f"{name} ({details})" if details else name
        effect = words["effects"][self.effect][language]
        if not self.field:
            happened = "added" if self.effect == "tightens" else "removed"
            return f"{subject}: {words['effects'][happened][language]}, {effect}"
        field = words["fields"][self.field][language]
        old, new = say(self.old, language), say(self.new, language)
        return f"{subject}: {field} {old} → {new}, {effect}"


@dataclasses.dataclass(frozen=True)
class Change:
    """Everything in which two policies differ."""

    differences: tuple[Difference, ...]

    @property
    def is_tightening(self) -> bool:
        """Say whether the new policy objects to everything the old one objected to."""
        return all(difference.effect != "loosens" for difference in self.differences)

    def words(self, language: Language) -> list[str]:
        """Say every difference, those that loosen first."""
        order = sorted(self.differences, key=lambda one: one.effect != "loosens")
        return [difference.words(language) for difference in order]


def compare(old: Policy, new: Policy) -> Change:
    """Say what changes from one policy to another and whether that only tightens."""
    found: list[Difference] = []
    if old.ring_seconds_max != new.ring_seconds_max:
        effect: Effect = "tightens" if new.ring_seconds_max < old.ring_seconds_max else "loosens"
        found.append(
            Difference(RING, effect, "ring_seconds_max", old.ring_seconds_max, new.ring_seconds_max)
        )
    before = [rule for rule, _ in old.placed]
    after = [rule for rule, _ in new.placed]
    unmatched = [rule for rule in after if rule not in before]
    for rule in before:
        if rule in after:
            continue
        like = [other for other in after if is_same(rule, other)]
        successor = next((other for other in like if covers(other, rule)), None)
        successor = successor or next((other for other in like if other in unmatched), None)
        if successor is None:
            found.append(Difference(rule.code, "loosens", identity=identity(rule)))
            continue
        found.extend(differences(rule, successor))
        if successor in unmatched:
            unmatched.remove(successor)
    found.extend(Difference(rule.code, "tightens", identity=identity(rule)) for rule in unmatched)
    return Change(tuple(found))


def differences(old: Guardrail, new: Guardrail) -> Iterable[Difference]:
    """Give every limit in which two guardrails of one identity differ."""
    for field in limits(old):
        was, becomes = getattr(old, field.name), getattr(new, field.name)
        if was != becomes:
            effect: Effect = "tightens" if is_as_strict(field, becomes, was) else "loosens"
            written = (write_value(was), write_value(becomes))
            yield Difference(old.code, effect, field.name, *written, identity(old))


def covers(new: Guardrail, old: Guardrail) -> bool:
    """Say whether a guardrail of the same identity is equal or stricter in every limit."""
    return is_same(new, old) and all(
        is_as_strict(field, getattr(new, field.name), getattr(old, field.name))
        for field in limits(old)
    )


def is_same(one: Guardrail, other: Guardrail) -> bool:
    """Say whether two guardrails have one code and identity."""
    return one.code == other.code and identity(one) == identity(other)


def identity(rule: Guardrail) -> tuple[tuple[str, Any], ...]:
    """Give the fields whose change makes another guardrail."""
    return tuple(
        (field.name, write_value(getattr(rule, field.name)))
        for field in dataclasses.fields(rule)  # type: ignore[arg-type]
        if field.metadata["stricter"] == "same"
    )


def limits(rule: Guardrail) -> list["dataclasses.Field[Any]"]:
    """Give the fields that can be stricter or looser."""
    fields = dataclasses.fields(rule)  # type: ignore[arg-type]
    return [field for field in fields if field.metadata["stricter"] != "same"]


def is_as_strict(field: "dataclasses.Field[Any]", new: Any, old: Any) -> bool:  # noqa: ANN401
    """Say whether a limit's new value is equal to the old one or stricter."""
    if new == old:
        return True
    stricter: str = field.metadata["stricter"]
    if stricter in ("true", "false"):
        return (new is True) == (stricter == "true")
    if stricter == "more":
        return frozenset(old).issubset(new)
    if stricter == "fewer":
        if hasattr(new, "is_within"):
            return bool(new.is_within(old))
        return frozenset(new).issubset(old)
    if None in (new, old):
        # None is for good where higher is stricter, and no limit where lower is.
        return (new is None) == (stricter == "higher")
    if field.metadata.get("of") is not None:
        order = field.metadata["of"]
        new, old = order.index(new), order.index(old)
    return bool(new < old if stricter == "lower" else new > old)


def say(value: Any, language: Language) -> str:  # noqa: ANN401
    """Say one value of a limit."""
    words = texts()["values"]
    if value is None or isinstance(value, bool):
        return str(words[str(value).lower()][language])
    if isinstance(value, list):
        return " + ".join(say(one, language) for one in value) or str(words["closed"][language])
    if isinstance(value, dict):
        return "; ".join(f"{say(key, language)} {say(one, language)}" for key, one in value.items())
    return str(words[value][language]) if value in words else str(value)


@cache
def texts() -> dict[str, dict[str, dict[str, str]]]:
    """Read the names of codes, limits and values once."""
    file = resources.files("guardrails").joinpath("words.toml")
    return tomllib.loads(file.read_text("utf-8"))
