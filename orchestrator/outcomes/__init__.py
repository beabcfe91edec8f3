"""Hear how calls went: carriers' reports become history, refusals and the next step of a lead.

`reading` says what a set of reports amounts to, `receiving` takes one report in, `settling` acts
on what a call turned out to be, `reconciling` ends what nobody reports about any more.
"""

from orchestrator.outcomes.receiving import not_placed, receive, resolve
from orchestrator.outcomes.reconciling import Reconciled, reconcile, to_resend

__all__ = ["Reconciled", "not_placed", "receive", "reconcile", "resolve", "to_resend"]
