"""The demonstration: one real campaign from messy lists to a checked record, over HTTP."""
