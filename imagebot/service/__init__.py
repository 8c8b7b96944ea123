"""The schedule loop."""
