"""The families of guardrails; importing this package registers every code."""

from guardrails.rules import campaign

__all__ = ["campaign"]
