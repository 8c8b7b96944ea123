"""A stand-in for GitHub on loopback: real state over real Git repositories."""

from imagebot.demo.github.server import GitHubStandIn

__all__ = ["GitHubStandIn"]
