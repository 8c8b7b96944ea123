"""Options that several commands share, each declared once."""

from __future__ import annotations

from argparse import ArgumentParser

PATH_HELP = "folder or Git URL of the config repository (default: this folder)"


def add_reading(
    parser: ArgumentParser,
    *,
    formats: tuple[str, ...] = ("text", "json", "markdown"),
    registries: bool = True,
    several: bool = False,
) -> None:
    """What every command needs that reads a config repository, or several."""
    if several:
        parser.add_argument("paths", nargs="*", metavar="PATH", help=f"{PATH_HELP}; one after the other")
    else:
        add_path(parser)
    add_common(parser, formats=formats)
    add_policies(parser)
    add_source(parser)
    if registries:
        add_registries(parser)


def add_path(parser: ArgumentParser) -> None:
    """The config repository."""
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help=PATH_HELP)


def add_common(parser: ArgumentParser, *, formats: tuple[str, ...] = ("text", "json", "markdown")) -> None:
    """Output and verbosity."""
    parser.add_argument(
        "-o", "--output", choices=formats, default="text", help="form of the answer (default: text)"
    )
    parser.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="colour: on a terminal, always or never (default: auto)",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="no remarks on stderr, errors only")


def add_policies(parser: ArgumentParser) -> None:
    """Policy files from elsewhere."""
    parser.add_argument(
        "--policies", metavar="DIR", help="read policy files from here (default: PATH/policies)"
    )


def add_source(parser: ArgumentParser) -> None:
    """Where a Git URL is cloned, and from which branch is read."""
    parser.add_argument(
        "--base", metavar="BRANCH", help="branch to read and to propose to (default: the remote's)"
    )
    add_cache(parser)


def add_cache(parser: ArgumentParser) -> None:
    """The cache folder."""
    parser.add_argument(
        "--cache",
        metavar="DIR",
        help="folder for clones and findings; safe to delete (default: ~/.cache/imagebot)",
    )


def add_registries(parser: ArgumentParser) -> None:
    """Registry credentials."""
    parser.add_argument(
        "--docker-config",
        metavar="FILE",
        help="registry credentials, or a folder of them (default: where docker and podman keep theirs)",
    )


def add_forge_place(parser: ArgumentParser) -> None:
    """Where pull requests live."""
    parser.add_argument(
        "--forge",
        choices=("github", "gitlab", "gitea", "git"),
        help="where pull requests live (default: read off the remote)",
    )
    parser.add_argument(
        "--forge-api", metavar="URL", help="base URL of the forge's API, where it is not the remote's host"
    )
    parser.add_argument("--forge-repository", metavar="OWNER/NAME", help="repository on the forge")


def add_forge(parser: ArgumentParser) -> None:
    """Where pull requests go, and who writes."""
    add_forge_place(parser)
    parser.add_argument(
        "--author",
        metavar="'NAME <EMAIL>'",
        default="imagebot <imagebot@noreply.invalid>",
        help="author and committer of commits (default: %(default)s)",
    )


def add_signing(parser: ArgumentParser) -> None:
    """Whose key signs commits; no file of the repository says it."""
    parser.add_argument("--sign", choices=("gpg", "ssh"), help="sign commits that Git pushes")
    parser.add_argument(
        "--signing-key",
        metavar="KEY-ID|FILE",
        help="what to sign with: id of a gpg key, or file of an ssh key; without passphrase, or unlocked",
    )
