"""Whether a person's word allows a call, and from when until when it does."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from guardrails.facts import Consent, Purpose


class Standing(NamedTuple):
    """What the consents of a person amount to at one instant."""

    is_given: bool
    has_expired: bool = False
    begins_at: datetime | None = None  # When one that lies ahead begins to count.


GIVEN = Standing(is_given=True)
END_OF_TIME = datetime.max.replace(tzinfo=UTC)


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
    refused_at = latest_no(consents, purpose)
    has_expired, begins_at = False, None
    for consent in consents:
        if not is_yes(consent, purpose, evidence=evidence):
            continue
        if consent.at is None:
            if evidence or age_max is not None or refused_at is not None:
                continue
        elif refused_at is not None and consent.at <= refused_at:
            continue
        ends_at = end_of(consent, age_max)
        if ends_at is not None and ends_at <= now:
            has_expired = True
        elif consent.at is None or consent.at <= now:
            return GIVEN
        elif ends_at is None or consent.at < ends_at:
            begins_at = consent.at if begins_at is None else min(begins_at, consent.at)
    return Standing(is_given=False, has_expired=has_expired, begins_at=begins_at)


def is_yes(consent: Consent, purpose: Purpose, *, evidence: bool) -> bool:
    """Say whether this is a yes for the purpose, and can be shown if it must be."""
    return (
        consent.given
        and (consent.purpose is None or consent.purpose == purpose)
        and (consent.evidence or not evidence)
    )


def latest_no(consents: tuple[Consent, ...], purpose: Purpose) -> datetime | None:
    """Give when the person last said no; one without a date is later than everything."""
    latest: datetime | None = None
    for consent in consents:
        if not consent.given and consent.purpose in (None, purpose):
            at = consent.at or END_OF_TIME
            latest = at if latest is None else max(latest, at)
    return latest


def end_of(consent: Consent, age_max: timedelta | None) -> datetime | None:
    """Give when a consent runs out by its own words or by age, whichever comes first."""
    if age_max is None or consent.at is None:
        return consent.expires_at
    too_old_at = consent.at + age_max
    return too_old_at if consent.expires_at is None else min(too_old_at, consent.expires_at)
