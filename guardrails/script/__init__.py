"""Call scripts as step graphs: read, checked, and what their words need to be filled with."""

from guardrails.script.graph import Script, ScriptError, read_script

__all__ = ["Script", "ScriptError", "read_script"]
