"""A number is dialled only if it is one, and of a kind people answer at no cost."""

from typing import Final

from guardrails.facts import Case
from guardrails.guardrail import Guardrail, choices
from guardrails.verdict import Reason

KINDS: Final = (
    "mobile", "fixed", "fixed_or_mobile", "voip", "toll_free", "premium", "shared_cost", "uan",
    "personal", "pager", "unknown",
)  # fmt: skip


class NumberInvalid(Guardrail, code="number.invalid"):
    """Do not dial what cannot be a telephone number."""

    def check(self, case: Case) -> Reason | None:
        """Object to a number its numbering plan does not know."""
        return None if case.number.valid is True else Reason(self.code)


class NumberKind(Guardrail, code="number.kind"):
    """Do not dial kinds of numbers behind which no called person sits, or at a cost to them."""

    kinds: tuple[str, ...] = choices(
        ("mobile", "fixed", "fixed_or_mobile", "voip"), of=KINDS, stricter="fewer",
        says="the kinds that may be dialled",
    )  # fmt: skip

    def check(self, case: Case) -> Reason | None:
        """Object to a kind that is not among those allowed."""
        return None if case.number.kind in self.kinds else Reason(self.code)
