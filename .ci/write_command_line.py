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

Every document has `format_version`; an addition raises its minor part. A command that fails answers with `errors[]`.

| Command | Fields |
|---|---|
| `scan` | `references[]`: `path`, `line`, `column`, `descriptor`, `image`, `written`, `tag`, `digest`, `policy`, `environment`, `ignored`, `why`, `uses[]` (further places that follow it); `skipped[]`: `path`, `line`, `reason` |
| `scan --why` | `path`, `line`, `descriptor`, `value_path`, `references[]`, `reasons[]` |
| `plan` | `updates[]`: `path`, `line`, `column`, `image`, `from`, `to`, `written`, `policy`, `environment`, `step`, `proposal`, `why`, `passed_over`, `evidence`; `proposals[]`: `id`, `branch`, `title`, `body`; `held[]`, `skipped[]`; `errors[]`: `id`, `message`, `hint`, `image`, `path`; `commit`, `current`, `unmanaged` |
| | `from`, `to` and `written` are `tag` and `digest`: what stands there, what the tag points to, what will stand there. `evidence` is what was gathered of the image: `digest`, `created`, `out_since`, `out_since_source`, `platforms`, `labels`, `signature` (`state`, `how`); null where nobody asked. `pins`: whether a digest is written where none stands yet |
| `plan --render` | also `rendered[]`: `path`, `tool`, `values`, `diff`, `problem` |
| `apply`, `run` | as `plan`, and `outcomes[]`: `proposal`, `branch`, `action`, `reason`, `number`, `url`, `error` |
| `status` | `open[]`: `state` (`open`, `draft`, `on-hold`, `hands-off`, `merging`, `no-marker`), `reason`, `created`, `labels[]`; `turned_down[]`: `how` (`closed`, `skipped`, `gone-back`), `reason`, `closed`; both also `number`, `url`, `branch`, `title`, `proposal`, `environment`, `versions[]` (`image`, `from`, `to`, `places`); `holds[]`: the pull request, and `by`, `until` (null for no end), `reason`; `last_run`: null or `at`, `what` |
| `test`, `explain` | `selected`, `each[]` (all that are proposed, under `newest-of-each`), `step`; `candidates[]`: `tag`, `accepted`, `reason`, `rule` (the key of the rule that rejected it, or null) |
| `explain` | also, for each candidate, the fields of `evidence`; `held`: why nothing moves, or null; `unmanaged[]`: places of the image that no policy moves, with `reason`; `others[]`: the same for other current tags or policies |
| `test --all` | `failed`; `cases[]`: `policy`, `path`, `line`, `current`, `expected`, `selected`, `each[]`, `ok`, `problems[]` |
| `backtest` | `since`, `until`, `merged_after_s`, `policies[]`; `dated[]`: `image`, `says`; `opened`, `per_week`, `median_lead_s` (negative: people were earlier; null without any); `proposals[]`: `id`, `opened`, `updated`, `merged`, `images[]` (`image`, `from`, `to`, `places`), `pull_requests[]` (`opened_at`, `updated`, `merged_at`, `closed_at`, `images[]`) |
| | `moves[]`: `at`, `commit`, `author`, `by` (`people` or `imagebot`), `proposal`, `image`, `from`, `to`, `places`, `outcome` (`proposed`, `never`, `back`, `unknown`, or null for imagebot's own), `proposed_at`, `proposed_tag`, `reason`, `lead_s`; `undated`, `notes[]`, `errors[]` |
| `validate` | `policies[]`: `name`, `file`, `line` (empty where there are errors); `errors[]`, `warnings[]`: `id`, `message`, `hint`, `path`, `line`, `column` |
| `presets` | `presets[]`: `name`, `extends`, `summary`; of one the same and `content` |
| `import` | `policies`: `yaml` (the text of the policy file), `names[]`; `leftovers[]`: `id`, `message`, `why`, `hint`, `path`, `line`, `policy` (null for none) |
| `doctor` | `checks[]`: `name`, `message`, `hint`, `error`; `hosts[]`: `host`, `repository`, `api`, `mirror`, `ca`, `tls_verify`, `proxy`, `credential` (null or `source`, `user`, `kind`, `used`; `reason`), `works`, `answer`, `error`, `rate_limit` (null or `limit`, `remaining`, `window_s`), `warnings[]` (`message`, `hint`) |

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
