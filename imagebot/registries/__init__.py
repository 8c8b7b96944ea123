"""The registry side: distribution client, authentication."""
