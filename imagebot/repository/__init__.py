"""Git plumbing without a work tree."""
