"""Policy files: model, loading, selection (pure)."""
