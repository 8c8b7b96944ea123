"""Static shell completion: no Python runs at the Tab key."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from imagebot.cli.parser import build_parser


def print_completion(words: Sequence[str]) -> int:
    """Print the completion script of a shell: ``imagebot --print-completion bash``."""
    import shtab

    shells = shtab.SUPPORTED_SHELLS
    if len(words) != 1 or words[0] not in shells:
        print(f"usage: imagebot --print-completion {{{','.join(shells)}}}", file=sys.stderr)
        return 2
    print(shtab.complete(build_parser(None, {}), shell=words[0]))
    return 0
