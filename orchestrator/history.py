"""How one person's history lies in `person_state`: fixed-width records, oldest first.

The database writes them (`store/history.py` has the same layout in SQL, in network byte order)
and this module reads them back into the facts guardrails look at. A test compares the two.
"""

import struct
from datetime import UTC, datetime, timedelta
from typing import Final

from guardrails.facts import Channel, Consent, Purpose, Reach, Refusal, RefusalKind, Touch

# Positions in these lists are what is stored; only ever append.
CHANNELS: Final[tuple[Channel, ...]] = ("call", "sms", "email", "push", "messenger", "visit")
REACHES: Final[tuple[Reach, ...]] = ("rang", "answered", "message", "conversation")
PURPOSES: Final[tuple[Purpose | None, ...]] = (
    None,
    "marketing",
    "service",
    "collection",
    "survey",
    "fundraising",
)
KINDS: Final[tuple[RefusalKind, ...]] = (
    "soft",
    "explicit",
    "decline",
    "do_not_call",
    "list_removal",
    "operator",
    "complaint",
)

# at, channel, outbound, reach, purpose, number, offer, topic, campaign, talk seconds
TOUCH = struct.Struct(">qhhhhiiiii")
# at, kind, offer, topic
REFUSAL = struct.Struct(">qhii")
# given, at, purpose, evidence, expires at
CONSENT = struct.Struct(">hqhhq")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(microseconds: int) -> datetime:
    """Turn microseconds since 1970 into an instant, exactly."""
    return EPOCH + timedelta(microseconds=microseconds)


def read_touches(records: bytes) -> tuple[Touch, ...]:
    """Read the touches of a state row, oldest first."""
    return tuple(
        Touch(
            instant(at),
            CHANNELS[channel],
            bool(outbound),
            REACHES[reach],
            number or None,
            offer or None,
            topic or None,
            campaign or None,
            PURPOSES[purpose],
            talk_seconds,
        )
        for (
            at,
            channel,
            outbound,
            reach,
            purpose,
            number,
            offer,
            topic,
            campaign,
            talk_seconds,
        ) in TOUCH.iter_unpack(records)
    )


def read_refusals(records: bytes) -> tuple[Refusal, ...]:
    """Read the refusals of a state row that still stand, oldest first."""
    return tuple(
        Refusal(instant(at), KINDS[kind], offer or None, topic or None)
        for at, kind, offer, topic in REFUSAL.iter_unpack(records)
    )


def read_consents(records: bytes) -> tuple[Consent, ...]:
    """Read what the person said about being called, oldest first, undated statements before."""
    return tuple(
        Consent(
            bool(given),
            instant(at) if at else None,
            PURPOSES[purpose],
            bool(evidence),
            instant(expires_at) if expires_at else None,
        )
        for given, at, purpose, evidence, expires_at in CONSENT.iter_unpack(records)
    )
