"""Write what was read: `leads`, `history`, `do_not_call`, `registry`, a chunk of rows at a time."""
