"""Renderers of a plan."""
