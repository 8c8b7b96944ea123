"""Every text that people read on a forge: pure functions of what is proposed."""

from imagebot.forges.text.body import MARKER_ROOM, body
from imagebot.forges.text.comments import closed_note, hands_off_note, moved_comment, targets
from imagebot.forges.text.message import commit_message, recorded_targets
from imagebot.forges.text.reach import staying
from imagebot.forges.text.source import SourceLinks, source_links
from imagebot.forges.text.subject import TITLE_LIMIT, is_conventional, title

__all__ = [
    "MARKER_ROOM",
    "TITLE_LIMIT",
    "SourceLinks",
    "body",
    "closed_note",
    "commit_message",
    "hands_off_note",
    "is_conventional",
    "moved_comment",
    "recorded_targets",
    "source_links",
    "staying",
    "targets",
    "title",
]
