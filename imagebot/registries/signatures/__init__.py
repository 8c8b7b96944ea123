"""Cosign signatures of a digest: where they stand, and whether a key or identity of a policy made them."""
