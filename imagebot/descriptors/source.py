"""A descriptor's text, decoded once; the way back to bytes is exact."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate, count
from operator import add

from imagebot.descriptors.reference import Span

_TEXTS = ("|", ">", '"{', "'{", '"[', "'[", "\\n")
"""Signs of a block scalar, of JSON in quotes, and of a text with line ends in quotes."""
BYTE_ORDER_MARK = "\ufeff"
SIZE_LIMIT = 10 * 1024 * 1024
"""Bytes; a descriptor written by people is far smaller, and a larger one would cost the run."""


LFS_POINTER = b"version https://git-lfs.github.com/spec/"
"""How the file begins that Git LFS leaves in the place of another (git-lfs/docs/spec.md)."""


class NotUnderstood(Exception):  # noqa: N818 - not a failure: it becomes a value with a reason
    """A file that cannot be read as a descriptor.

    Attributes:
        reason: Why, in words.
        line: 1-based line where it shows, or None where the whole file is meant.
    """

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one file.

    Attributes:
        path: Relative to the root of the config repository.
        text: Decoded text without byte order mark; line ends as they are.
        marked: Whether the file begins with a byte order mark.
        line_starts: Offset of every line's first character. Lines end with a line feed, as Git and editors
            count them; YAML also knows a lone carriage return and, in version 1.1, some of Unicode.
        region: The block scalar whose text is looked at as a document of its own, or None for the whole file.
        level: How many block scalars it is looked at through.
        has_options: Whether the text may hold an option of a command line that names an image.
        has_orders: Whether a comment may speak to imagebot.
        has_texts: Whether the text may hold texts that are documents themselves.
    """

    path: str
    text: str
    marked: bool
    line_starts: array[int]
    region: Span | None = None
    level: int = 0
    has_options: bool = True
    has_orders: bool = True
    has_texts: bool = True

    @classmethod
    def decode(cls, path: str, content: bytes) -> Source:
        """Decode UTF-8, the only encoding in which every byte comes back as it was.

        Raises:
            NotUnderstood: If the file is too large, not UTF-8, or stands elsewhere.
        """
        if len(content) > SIZE_LIMIT:
            raise NotUnderstood(f"larger than {SIZE_LIMIT // (1024 * 1024)} MiB")
        if content.startswith(LFS_POINTER):
            raise NotUnderstood("Git LFS pointer: its content is not in the repository")
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise NotUnderstood("not UTF-8", line) from error
        marked = text.startswith(BYTE_ORDER_MARK)
        text = text.removeprefix(BYTE_ORDER_MARK)
        lengths = map(len, text.split("\n")[:-1])
        starts = array("L", map(add, accumulate(lengths, initial=0), count()))
        options = "image=" in text or "-image" in text
        return cls(
            path,
            text,
            marked,
            starts,
            has_options=options,
            has_orders="imagebot:" in text or "$imagepolicy" in text,
            has_texts=any(sign in text for sign in _TEXTS),
        )

    def within(self, region: Span) -> Source:
        """The same file, looked at through one of its block scalars."""
        return replace(self, region=region, level=self.level + 1)

    @property
    def name(self) -> str:
        """File name without its folders."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """Folder of the file, without a final ``/``; empty for the root."""
        return self.path.rpartition("/")[0]

    def encode(self, text: str) -> bytes:
        """Bytes of a text that takes this one's place."""
        return ((BYTE_ORDER_MARK if self.marked else "") + text).encode("utf-8")

    def position(self, offset: int) -> tuple[int, int]:
        """1-based line and column, in characters, of an offset."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def rest_of_line(self, offset: int, limit: int = SIZE_LIMIT) -> str:
        """What follows an offset on its line, at most ``limit`` characters."""
        end = self.text.find("\n", offset, offset + limit)
        return self.text[offset : offset + limit] if end < 0 else self.text[offset:end]
