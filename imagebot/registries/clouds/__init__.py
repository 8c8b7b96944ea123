"""Credentials that a cloud lends to whoever runs in it: one module for each cloud."""
