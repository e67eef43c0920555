"""Bring a database to the newest layout: `migrations/<name>-NNN.sql`, one transaction each, counted in user_version."""

from __future__ import annotations

import sqlite3
from importlib.resources import files
from typing import TYPE_CHECKING

from storage.errors import TooNew

if TYPE_CHECKING:
    from collections.abc import Iterator
    from sqlite3 import Connection


def migrate(connection: Connection, name: str) -> None:
    """Apply what is missing; raises TooNew when the file knows more than this program."""
    scripts = _scripts(name)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(scripts):
        raise TooNew(f"{name}.db")
    for number, script in enumerate(scripts[version:], version + 1):
        _apply(connection, script, number)


def newest(name: str) -> int:
    """Return the number of the newest layout of a database."""
    return len(_scripts(name))


def _scripts(name: str) -> list[str]:
    found = [
        entry for entry in (files("storage") / "migrations").iterdir() if entry.name.startswith(f"{name}-")
    ]
    return [entry.read_text(encoding="utf-8") for entry in sorted(found, key=lambda entry: entry.name)]


def _apply(connection: Connection, script: str, number: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _statements(script):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _statements(script: str) -> Iterator[str]:
    text = ""
    for line in script.splitlines(keepends=True):
        text += line
        if sqlite3.complete_statement(text):
            yield text
            text = ""
