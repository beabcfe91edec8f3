"""Make it so: keep the history, ask the guardrails, place the call, hear the answer."""
