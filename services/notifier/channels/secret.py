"""Secrets in the file of channels: written there, or named by an environment variable or a file that has them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

_SECRET: Final = ("url", "key", "secret", "former_secret", "password")


class BadSecret(Exception):
    """A secret is missing or said twice; the message names the key and the reason, never the secret."""


def filled_in(table: Mapping[str, Any], folder: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """The table with `secret` in place of `secret_env` or `secret_file`, and so on, and with strings for headers such as
    `{env = "NAME"}`. Files are relative to the folder. Raises BadSecret.
    """
    filled = dict(table)
    for key in _SECRET:
        said = [name for name in (key, f"{key}_env", f"{key}_file") if name in table]
        if len(said) > 1:
            raise BadSecret(f"{said[0]}: write either this or {said[1]}")
        if said and said[0] != key:
            filled[key] = _found(said[0], said[0].removeprefix(f"{key}_"), filled.pop(said[0]), folder, environment)
    if isinstance(headers := table.get("headers"), dict):
        filled["headers"] = {name: _header(name, said, folder, environment) for name, said in headers.items()}
    return filled


def _header(name: str, said: object, folder: Path, environment: Mapping[str, str]) -> object:
    if isinstance(said, dict) and len(said) == 1 and said.keys() <= {"env", "file"}:
        ((way, where),) = said.items()
        return _found(f"headers.{name}", way, where, folder, environment)
    return said


def _found(place: str, way: str, where: object, folder: Path, environment: Mapping[str, str]) -> str:
    if not isinstance(where, str) or not where:
        raise BadSecret(f"{place}: is no name")
    try:
        found = environment.get(where, "") if way == "env" else (folder / where).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSecret(f"{place}: {error}") from None
    if not found.strip():
        raise BadSecret(f"{place}: {where} is empty" if way == "file" else f"{place}: the variable {where} is not set, or empty")
    return found.strip()
