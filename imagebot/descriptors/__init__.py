"""Descriptor kinds, positions, splices and their verification (pure)."""
