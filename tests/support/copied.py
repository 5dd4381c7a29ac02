"""A copy of a data folder, for a test that changes the files of an office while others read the first one."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path


def copied(data: Path, folder: Path) -> Path:
    """The books of a data folder and the files of its office in a folder that is made; whoever writes the books may go on."""
    folder.mkdir()
    for file in data.glob("*.toml"):
        shutil.copy(file, folder)
    source = f"file:{data / 'duban.db'}?mode=ro"
    with closing(sqlite3.connect(source, uri=True)) as books, closing(sqlite3.connect(folder / "duban.db")) as copy:
        books.backup(copy)
    return folder
