# ruff: noqa: ANN401 - a field is declared by a value of any type, as in `dataclasses.field`
"""What a guardrail is: a small frozen thing whose fields are the limits people set.

A guardrail has a permanent code, looks at a case and objects or does not. Its fields are made
with `limit`, `choice` and friends, so that documents, forms, comparison ("does this change
tighten?") and documentation come from one place.
"""

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Literal, dataclass_transform

from guardrails.facts import Case
from guardrails.verdict import Reason

Strict = Literal["lower", "higher", "fewer", "more", "true", "false", "same"]

REGISTRY: dict[str, type["Guardrail"]] = {}


def limit(
    default: Any = dataclasses.MISSING,
    *,
    unit: str,
    between: tuple[float, float] | None = None,
    stricter: Strict,
    optional: bool = False,
    says: str = "",
) -> Any:
    """Declare a number people set: its unit, its bounds, and the direction that is stricter.

    With `optional`, None is allowed and means "for good": the strictest value where higher is
    stricter, "no limit" where lower is.
    """
    metadata = {
        "unit": unit,
        "between": between,
        "stricter": stricter,
        "optional": optional,
        "says": says,
    }
    return dataclasses.field(default=default, metadata=metadata)


def choice(
    default: Any = dataclasses.MISSING,
    *,
    of: Iterable[str] | None = None,
    stricter: Strict = "same",
    optional: bool = False,
    says: str = "",
    read: Callable[[Any], Any] | None = None,
) -> Any:
    """Declare a setting that is no number: a word, a switch, or something that `read` reads.

    `stricter="same"` makes any change of it a different guardrail; "lower" means that the words
    of `of` stand in order and an earlier one is stricter; "true" and "false" make it a switch.
    `read` turns the document's value into the field's own type and raises ValueError with a
    sentence.
    """
    metadata = {
        "of": tuple(of) if of is not None else None,
        "stricter": stricter,
        "optional": optional,
        "says": says,
        "read": read,
    }
    return dataclasses.field(default=default, metadata=metadata)


def choices(
    default: Any = dataclasses.MISSING,
    *,
    of: Iterable[str],
    stricter: Strict,
    says: str = "",
) -> Any:
    """Declare a set of words, kept in the order of `of`."""
    metadata = {"of": tuple(of), "several": True, "stricter": stricter, "says": says}
    return dataclasses.field(default=default, metadata=metadata)


@dataclass_transform(
    frozen_default=True, kw_only_default=True, field_specifiers=(limit, choice, choices)
)
class Guardrail:
    """A rule that may object to a call.

    A subclass names its permanent code (`class NoName(Guardrail, code="personal.name")`), and
    in `also` the further codes it answers with. Its docstring is read by compliance officers.
    A subclass without a code is a body that several codes share.
    """

    code: ClassVar[str]
    also: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, *, code: str = "", also: tuple[str, ...] = ()) -> None:
        """Make the class a frozen dataclass and enter it under its code."""
        if code in REGISTRY:
            raise TypeError(f"guardrail code `{code}` is taken")
        dataclasses.dataclass(frozen=True, kw_only=True)(cls)
        if code:
            cls.code, cls.also = code, also
            REGISTRY[code] = cls

    def check(self, case: Case) -> Reason | None:
        """Object with a reason, or say nothing."""
        raise NotImplementedError
