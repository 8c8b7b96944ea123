"""Every failure imagebot can name, in one tree.

::

    ImagebotError
      UsageError            2   the command line cannot be carried out
      ConfigError           2   imagebot.yaml or a policy file is invalid
      InvalidReference      2   text that is no image reference
      EditError                 an edit that cannot be shown to be exact
      RepositoryError           Git said no
        RepositoryMissing   2   the place that was named is no repository to work on
        PushRefused             the remote did not take the branch
        SigningFailed           a commit could not be signed
      RegistryError             a registry could not answer
        RegistryDenied      4   credentials missing or refused
        RegistryUnreachable     no connection, time-out, or 5xx after retries
        RegistryNotFound        the repository or tag is not there, or not visible
        RegistryLimited         429 after retries
        RegistryProtocol        an answer that breaks the protocol or a bound
      ForgeError                the forge could not do it
        ForgeDenied         4   token missing, expired, or without the right
        MergeBlocked            the forge would not merge

Something that is *not done* (skipped, held) is a value with a reason and never an exception.
The numbers are exit codes where they differ from 1.
"""

from __future__ import annotations

from typing import ClassVar


class ImagebotError(Exception):
    """A failure with a stable id, a message of what went wrong where, and how to fix it.

    Args:
        message: What went wrong, where and why, in one sentence without a final full stop.
        hint: How to fix it, or an empty string.
        id: A stable id that is finer than the class's own.
    """

    id: str = "failed"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "", id: str | None = None) -> None:  # noqa: A002 - the word of the JSON format
        super().__init__(message)
        self.message = message
        self.hint = hint
        if id is not None:
            self.id = id


class UsageError(ImagebotError):
    """The command line asks for something that cannot be done; nothing was attempted."""

    id = "usage"
    exit_code = 2


class ConfigError(ImagebotError):
    """A settings or policy file is invalid; nothing was attempted."""

    id = "config"
    exit_code = 2


class InvalidReference(ImagebotError, ValueError):  # noqa: N818 - names a thing, as the rest of the tree
    """A text that is not an image reference."""

    id = "reference-invalid"
    exit_code = 2


class EditError(ImagebotError):
    """An edit that could not be shown to change exactly the intended scalars."""

    id = "edit-refused"


class RenderError(ImagebotError):
    """Manifests could not be rendered."""

    id = "render-failed"


class RepositoryError(ImagebotError):
    """Git could not read, write or fetch."""

    id = "repository"


class RepositoryMissing(RepositoryError):  # noqa: N818
    """The place that was named is no folder, no repository, or has no remote; nothing was attempted."""

    id = "repository-missing"
    exit_code = 2


class PushRefused(RepositoryError):  # noqa: N818
    """The remote did not take a branch."""

    id = "push-refused"


class SigningFailed(RepositoryError):  # noqa: N818
    """A commit could not be signed: a program or key is missing, or the key wants a passphrase."""

    id = "signing-failed"


class RegistryError(ImagebotError):
    """A registry could not answer a question."""

    id = "registry"


class RegistryDenied(RegistryError):  # noqa: N818
    """Credentials are missing or were refused."""

    id = "registry-denied"
    exit_code = 4


class RegistryUnreachable(RegistryError):  # noqa: N818
    """No connection, a time-out, or a server error that outlasted the retries."""

    id = "registry-unreachable"


class RegistryNotFound(RegistryError):  # noqa: N818
    """The repository or the tag is not there, or not visible with these credentials."""

    id = "registry-not-found"


class RegistryLimited(RegistryError):  # noqa: N818
    """The registry still limits the rate after the retries."""

    id = "registry-limited"


class RegistryProtocol(RegistryError):  # noqa: N818
    """An answer that breaks the protocol or goes over a bound."""

    id = "registry-protocol"


class ForgeError(ImagebotError):
    """The forge could not do what was asked."""

    id = "forge"


class ForgeDenied(ForgeError):  # noqa: N818
    """The forge's token is missing, expired, or lacks a right."""

    id = "forge-denied"
    exit_code = 4


class MergeBlocked(ForgeError):  # noqa: N818
    """The forge would not merge a pull request: a check, a review, a rule or a conflict stands against it."""

    id = "merge-blocked"
