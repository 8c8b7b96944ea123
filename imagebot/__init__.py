"""imagebot proposes container image updates to a config repository as pull requests."""

__version__ = "0.1.0"
