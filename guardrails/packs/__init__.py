"""The policy packs that ship with Takt: data with their own cases."""
