"""The secret that links are signed with: the setting's, or one that lies in the data folder."""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

from shared.settings import SECRET_CHARACTERS, Settings

FILE: Final = "secret"


class BadSecret(Exception):
    """The secret of the data folder cannot be used; the message names the file and the reason."""


def secret_of(settings: Settings) -> bytes:
    """The secret of an installation: the one named, else that of the data folder, which is made at the first start, for its
    owner's eyes only. Raises BadSecret.
    """
    if settings.secret is not None:
        return settings.secret.get_secret_value().encode()
    file = settings.data / FILE
    try:
        if not file.exists():
            _make(file)
        found = file.read_bytes().strip()
    except OSError as error:
        raise BadSecret(f"{file}: {error.strerror}; set DUBAN_SECRET to do without it") from None
    if len(found) < SECRET_CHARACTERS:
        raise BadSecret(f"{file}: has less than {SECRET_CHARACTERS} characters; remove it to have a new one made")
    return found


def _make(file: Path) -> None:
    # Written beside and linked: of two processes that start at once both read the same, and nobody reads half of one.
    half = file.with_name(f".{FILE}-{secrets.token_hex(8)}")
    opened = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(opened, "w") as written:
            written.write(secrets.token_urlsafe(32))
        with contextlib.suppress(FileExistsError):
            os.link(half, file)
    finally:
        half.unlink()
