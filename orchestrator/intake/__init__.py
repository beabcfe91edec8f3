"""Take in what others know: leads, history of contacts, do-not-call lists, registry extracts.

A row becomes something or is turned away with its number, field, reason and text; nothing is
clamped, guessed or silently dropped. `sources/` reads files, `columns` finds the fields,
`values` reads one cell, `rows` reads one row, `people` says whose row it is, `run` writes.
"""
