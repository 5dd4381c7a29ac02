"""A hint begins with the command as its user can call it again: who followed the README has no `duban` on the path."""

import sys
from pathlib import Path

import pytest

from services.cli.console import called


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the command in it, and nothing on the path."""
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    return put_into(tmp_path / "bin")


def put_into(folder: Path) -> Path:
    folder.mkdir()
    script = folder / "duban"
    script.write_text("#!/bin/sh\n", encoding="ascii")
    script.chmod(0o755)
    return script


def called_as(typed: str, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(sys, "argv", [typed, "demo"])
    return called()


def test_what_is_not_on_the_path_is_called_as_it_was(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(installed.parents[1])
    assert called_as("bin/duban", monkeypatch) == "bin/duban"
    assert called_as(str(installed), monkeypatch) == str(installed)


def test_what_is_on_the_path_is_called_by_its_name(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(installed.parent))
    monkeypatch.chdir(installed.parents[1])
    assert called_as(str(installed), monkeypatch) == "duban"
    assert called_as("bin/duban", monkeypatch) == "duban"


def test_another_one_on_the_path_is_not_the_one_that_was_called(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = put_into(installed.parents[1] / "other")
    monkeypatch.setenv("PATH", str(other.parent))
    assert called_as(str(installed), monkeypatch) == str(installed)


def test_a_link_on_the_path_is_the_command_too(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "duban").symlink_to(installed)
    monkeypatch.setenv("PATH", str(tmp_path / "links"))
    assert called_as(str(installed), monkeypatch) == "duban"


def test_a_folder_with_a_space_can_be_pasted(tmp_path: Path, installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = put_into(tmp_path / "my tools")
    assert called_as(str(script), monkeypatch) == f"'{script}'"


def test_run_as_a_module_it_goes_by_its_name(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert called_as(str(installed.with_name("main.py")), monkeypatch) == "duban"
