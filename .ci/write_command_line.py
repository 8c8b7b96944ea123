"""Write docs/command-line.md from the program itself; a test says whether it is up to date."""

from __future__ import annotations

import sys
from argparse import Action, ArgumentParser
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs/command-line.md"
sys.path.insert(0, str(ROOT))

from imagebot.cli.commands import COMMANDS, Command  # noqa: E402 - the path comes first
from imagebot.cli.parser import build_parser  # noqa: E402

HEAD = """\
# Command line

Written from the program by `.ci/write_command_line.py`.

The answer goes to stdout, everything else to stderr. Every option can be set by the environment (`IMAGEBOT_` and its
name) and by the flag, which is stronger. `IMAGEBOT_DEBUG=1` shows the trace of a bug. Shell completion: `imagebot --print-completion bash` (or `zsh`, `tcsh`).

## Exit codes

| Code | Meaning |
|---|---|
| 0 | done |
| 1 | failed |
| 2 | usage or invalid configuration, nothing attempted |
| 4 | credentials missing or refused |
| 5 | partly done: some images failed, the rest went through |
| 10 | updates pending, only with `plan --exit-code` |
| 70 | a bug |
| 130, 143 | interrupted |

## JSON

Every document has `format_version`; an addition raises its minor part. `scan`: `references[]` (`path`, `line`, `column`,
`descriptor`, `image`, `written`, `tag`, `digest`, `policy`, `environment`, `ignored`, `why`, `uses[]`: further places
that follow it) and `skipped[]` (`path`, `line`, `reason`); with `--why`: `path`, `line`, `descriptor`, `value_path`,
`references[]`, `reasons[]`. `plan`: `updates[]` (`path`, `line`, `column`, `image`, `from`, `to`, `policy`, `environment`, `step`,
`proposal`, `why`, `passed_over`), `proposals[]` (`id`, `branch`, `title`, `body`), `held[]`, `skipped[]`, `errors[]`
(`id`, `message`, `hint`, `image`, `path`), `commit`, `current`, `unmanaged`, and with `--render` `rendered[]` (`path`,
`tool`, `values`, `diff`, `problem`). `to.digest` is what the tag points to; it
is written only where `from.digest` is set or `pins` is true; `evidence` is what was gathered of the image (`digest`,
`created`, `out_since`, `out_since_source`, `platforms`, `labels`, `signature` with `state` and `how`; null where nobody asked). `apply` and `run` add `outcomes[]` (`proposal`, `branch`, `action`,
`reason`, `number`, `url`, `error`). `test` and `explain`: `selected`, `step`, `candidates[]` (`tag`, `accepted`,
`reason`; `explain` adds the fields of `evidence`) and, in `explain`, `held` with the reason why nothing moves. `doctor`: `checks[]` (`name`, `message`, `hint`, `error`) and `hosts[]`
(`host`, `repository`, `api`, `mirror`, `ca`, `tls_verify`, `proxy`, `credential`: null or `source`, `user`, `kind`, `used`;
`reason`, `works`, `answer`, `error`, `rate_limit`: null or `limit`, `remaining`, `window_s`; `warnings[]`: `message`,
`hint`). `import`: `policies` (`yaml`: the text of the policy file, `names[]`) and `leftovers[]` (`id`, `message`, `why`,
`hint`, `path`, `line`, `policy`: null for none). A command that fails answers with `errors[]`.

## Commands
"""


def text() -> str:
    """The whole page; laid out here, because argparse lays out help differently from version to version."""
    parser = build_parser(None, {})
    commands = next(action for action in parser._actions if action.dest == "command")  # noqa: SLF001 - argparse has no public way
    parsers: Any = commands.choices
    return "\n".join([HEAD, *(section(command, parsers[command.name]) for command in COMMANDS)])


def section(command: Command, parser: ArgumentParser) -> str:
    """One command: what it does, its arguments, examples."""
    rows = [
        f"| {name(action)} | {meaning(action)} |"
        for action in parser._actions  # noqa: SLF001 - argparse has no public way
        if action.dest != "help"
    ]
    return "\n".join(
        [
            f"### imagebot {command.name}\n",
            f"{parser.description}\n",
            "| Argument | Meaning |",
            "|---|---|",
            *rows,
            f"\n```text\n{(parser.epilog or '').strip()}\n```\n",
        ]
    )


def name(action: Action) -> str:
    """An option with its value, or a positional argument."""
    value = "" if action.nargs == 0 else action.metavar or "\\|".join(map(str, action.choices or ()))
    shown = ", ".join(action.option_strings)
    return f"`{f'{shown} {value}'.strip()}`"


def meaning(action: Action) -> str:
    """The help text."""
    return ((action.help or "") % vars(action)).replace("|", "\\|")


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
