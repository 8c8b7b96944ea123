"""Policies out of the set-up of another tool: what is carried over, and by name what is not."""
