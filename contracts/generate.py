"""Writes the schemas and the AsyncAPI document into this folder; with --check it only says which of them are not what we are."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from contracts.async_api import document
from contracts.json_schemas import Document, all_schemas

FOLDER: Final = Path(__file__).parent


def main(arguments: list[str]) -> int:
    """Write the documents, or compare them with `--check`; the exit code."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m contracts.generate [--check]\n")
        return 2
    found = list(drift(FOLDER))
    if arguments == ["--check"]:
        sys.stderr.writelines(f"contracts/{path}: {why}; run `make contracts`\n" for path, why in found)
        return 1 if found else 0
    write(FOLDER)
    sys.stdout.writelines(f"contracts/{path} was {why}\n" for path, why in found)
    return 0


def documents() -> dict[str, str]:
    """The text of every document by its path below this folder."""
    schemas = all_schemas()
    texts = {f"schemas/{name}.json": _text(schema) for name, schema in schemas.items()}
    return texts | {"asyncapi/duban.json": _text(document(schemas))}


def drift(folder: Path) -> Iterator[tuple[str, str]]:
    """Each document in the folder that is not as generated, with what is the matter with it."""
    wanted = documents()
    there = _there(folder)
    for path in sorted(wanted.keys() | there):
        if path not in there:
            yield path, "missing"
        elif path not in wanted:
            yield path, "surplus"
        elif (folder / path).read_text(encoding="utf-8") != wanted[path]:
            yield path, "out of date"


def write(folder: Path) -> None:
    """Write every document, and remove those that are none of ours any more."""
    wanted = documents()
    for path in _there(folder) - wanted.keys():
        (folder / path).unlink()
    for path, text in wanted.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def _there(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for part in ("schemas", "asyncapi") for file in (folder / part).glob("*.json")}


def _text(document: Document) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
