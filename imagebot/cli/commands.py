"""The table of commands; a command's module is imported only when the command is used."""

from __future__ import annotations

from dataclasses import dataclass
from keyword import iskeyword


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the table.

    Attributes:
        name: As typed.
        group: Heading in ``--help``.
        summary: One line for ``--help``.
    """

    name: str
    group: str
    summary: str

    @property
    def module(self) -> str:
        """Module with ``configure(parser)`` and ``run(arguments) -> exit code``."""
        return f"imagebot.cli.{self.name}{'_' if iskeyword(self.name) else ''}"


COMMANDS = (
    Command("scan", "Everyday", "list every image reference and every file that was not understood"),
    Command("plan", "Everyday", "show what would change, why, and what is held; writes nothing"),
    Command("diff", "Everyday", "show the plan as a unified diff"),
    Command("apply", "Everyday", "open and update pull requests, or edit the work tree with --local"),
    Command("run", "Everyday", "do what apply does, once or on a schedule"),
    Command("set", "Everyday", "propose exactly this tag of this image: for the CI job that built it"),
    Command("status", "Everyday", "show open pull requests, holds and what people turned down"),
    Command("resume", "Everyday", "let versions come back that people turned down or held"),
    Command("doctor", "Everyday", "check that every registry can be asked, as whom, and what to do if not"),
    Command("explain", "Policies", "show each tag of an image and the rule that kept or dropped it"),
    Command("test", "Policies", "try a policy on tags from standard input, or run the cases beside policies"),
    Command("backtest", "Policies", "replay the policies over the past, beside what people did by hand"),
    Command("validate", "Policies", "check imagebot.yaml and the policy files"),
    Command("presets", "Policies", "list the presets that policies can extend, or show one"),
    Command("schema", "Policies", "print the JSON Schema of the policy or settings file"),
    Command("init", "Policies", "write a first policy file for the images found"),
    Command("import", "Policies", "write policies for what Flux, Argo CD Image Updater or Renovate do now"),
    Command("demo", "Getting to know it", "show the whole job on embedded parts, in seconds"),
)

BY_NAME = {command.name: command for command in COMMANDS}
