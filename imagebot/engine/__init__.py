"""The cycle: scan, decide, plan, propose."""
