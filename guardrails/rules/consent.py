"""A call that needs the person's word is made only while that word stands."""

from datetime import timedelta

from guardrails.consents import standing
from guardrails.facts import PURPOSES, Case
from guardrails.guardrail import Guardrail, choice, choices, limit
from guardrails.verdict import Reason


class ConsentMissing(Guardrail, code="consent.missing", also=("consent.expired",)):
    """Call for these purposes only with a consent that can be shown.

    The latest word counts: a withdrawal ends every earlier consent. A consent without a date, or
    with a date that lies ahead, is none; one that ran out is named as expired.
    """

    purposes: tuple[str, ...] = choices(
        ("marketing",), of=PURPOSES, stricter="more", says="the purposes that need a consent"
    )
    evidence: bool = choice(
        True,  # noqa: FBT003 - a default, not an argument
        stricter="true", says="it must be shown when, how and to what the person agreed",
    )  # fmt: skip
    age_max_days: int | None = limit(
        None, unit="days", between=(1, 3650), stricter="lower", optional=True,
        says="how long a consent lasts; none is until it says itself",
    )  # fmt: skip

    def check(self, case: Case) -> Reason | None:
        """Object while no consent for the campaign's purpose stands."""
        purpose = case.campaign.purpose
        if purpose not in self.purposes:
            return None
        age_max = None if self.age_max_days is None else timedelta(days=self.age_max_days)
        word = standing(
            case.person.consents, purpose, now=case.now, evidence=self.evidence, age_max=age_max
        )
        if word.is_given:
            return None
        code = "consent.expired" if word.has_expired else self.code
        return Reason(code, word.begins_at)
