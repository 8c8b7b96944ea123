"""Embedded servers and a sample config repository."""
