"""Whether a person's word allows a call, and from when until when it does."""

from datetime import datetime, timedelta
from typing import NamedTuple

from guardrails.facts import Consent, Purpose


class Standing(NamedTuple):
    """What the consents of a person amount to at one instant."""

    is_given: bool
    has_expired: bool = False
    begins_at: datetime | None = None  # When one that lies ahead begins to count.


GIVEN = Standing(is_given=True)
NOT_GIVEN = Standing(is_given=False)


def standing(
    consents: tuple[Consent, ...],
    purpose: Purpose,
    *,
    now: datetime,
    evidence: bool,
    age_max: timedelta | None = None,
) -> Standing:
    """Say whether a consent for this purpose counts now.

    A no for the purpose, or for every purpose, ends every yes that is not younger; a no without a
    date ends them all. An undated yes can be shown to nobody and satisfies no demand for evidence
    or age.
    """
    latest_no: datetime | None = None
    for consent in consents:
        if not consent.given and consent.purpose in (None, purpose):
            if consent.at is None:
                return NOT_GIVEN
            latest_no = consent.at if latest_no is None else max(latest_no, consent.at)
    has_expired, begins_at = False, None
    for consent in consents:
        if not consent.given or consent.purpose not in (None, purpose):
            continue
        if evidence and not consent.evidence:
            continue
        if consent.at is None and (evidence or age_max is not None or latest_no is not None):
            continue
        if consent.at is not None and latest_no is not None and consent.at <= latest_no:
            continue
        ends_at = end_of(consent, age_max)
        if ends_at is not None and ends_at <= now:
            has_expired = True
        elif consent.at is None or consent.at <= now:
            return GIVEN
        elif ends_at is None or consent.at < ends_at:
            begins_at = consent.at if begins_at is None else min(begins_at, consent.at)
    return Standing(is_given=False, has_expired=has_expired, begins_at=begins_at)


def end_of(consent: Consent, age_max: timedelta | None) -> datetime | None:
    """Give when a consent runs out by its own words or by age, whichever comes first."""
    if age_max is None or consent.at is None:
        return consent.expires_at
    too_old_at = consent.at + age_max
    return too_old_at if consent.expires_at is None else min(too_old_at, consent.expires_at)
