"""Hear a no, keep its words, and let it act on everything that is queued.

`hearing` records noes and suppressions, `lifting` lets an officer lift one after a later consent,
`correcting` changes what a contact was said to be. docs/refusals.md tells the same in full.
"""

from orchestrator.refusals.correcting import correct, settle_correction
from orchestrator.refusals.hearing import (
    NewRefusal,
    record,
    record_many,
    still_ringing,
    suppress,
    withdraw_queued,
)
from orchestrator.refusals.lifting import lift, lift_suppression

__all__ = [
    "NewRefusal",
    "correct",
    "lift",
    "lift_suppression",
    "record",
    "record_many",
    "settle_correction",
    "still_ringing",
    "suppress",
    "withdraw_queued",
]
