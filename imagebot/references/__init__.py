"""Image references and the order of tags (pure)."""
