"""Carriers: who really dials."""
