"""The message of a squashed commit: the branch's own, so that its trailers stand in the base branch."""

from __future__ import annotations


def title_and_body(message: str, number: int) -> tuple[str, str]:
    """Subject, with the number behind it that forges put behind theirs, and the rest with its trailers."""
    subject, _, body = message.partition("\n")
    return f"{subject.strip()} (#{number})", body.strip()
