"""The schema, version by version; a file says why."""
