"""What the city keeps, in one file: items, replies, and the ledger that both sides compare."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

Body = dict[str, Any]
Row = sqlite3.Row

_TABLES = """
    CREATE TABLE IF NOT EXISTS item (
        number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body TEXT NOT NULL, answer TEXT, code TEXT, title TEXT
    );
    CREATE TABLE IF NOT EXISTS reply (
        key TEXT NOT NULL, number INTEGER NOT NULL, body TEXT NOT NULL, said INTEGER NOT NULL DEFAULT 1,
        PRIMARY KEY (key, number)
    );
    CREATE TABLE IF NOT EXISTS entry (
        number INTEGER PRIMARY KEY, at TEXT NOT NULL, entry TEXT NOT NULL, key TEXT NOT NULL, reply INTEGER,
        digest TEXT NOT NULL
    );
    CREATE UNIQUE INDEX IF NOT EXISTS entered_once ON entry (key, ifnull(reply, 0));
"""

_NEW = "NOT EXISTS (SELECT 1 FROM entry WHERE entry.key = item.key AND reply IS NULL)"
"""Of an item: the ledger does not have it."""


def canonical(body: Body) -> str:
    """The one way to write a body: two are the same if they are written the same."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(written: str) -> str:
    """What the ledger says of a body."""
    return hashlib.sha256(written.encode()).hexdigest()


class Books:
    """The file. What a method has done is there after the program was killed."""

    def __init__(self, file: str) -> None:
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_TABLES)

    def add(self, items: Iterable[Body]) -> int:
        """Keep items, in this order; one whose key is known is left as it is. Gives how many there are now."""
        with self._db:
            self._db.execute("BEGIN")
            self._db.executemany(
                "INSERT INTO item (key, body) VALUES (?, ?) ON CONFLICT DO NOTHING",
                [(one["key"], canonical(one)) for one in items],
            )
        return self.last_item()

    def last_item(self) -> int:
        """The number of the newest item."""
        return int(self._db.execute("SELECT ifnull(max(number), 0) FROM item").fetchone()[0])

    def unanswered(self, most: int, *, newest_first: bool) -> list[Row]:
        """Items of which the district has not said what became of them."""
        order = "DESC" if newest_first else "ASC"
        return self._all(f"SELECT * FROM item WHERE answer IS NULL ORDER BY number {order} LIMIT ?", most)  # noqa: S608

    def after(self, number: int, most: int) -> list[Row]:
        """Items after a number."""
        return self._all("SELECT * FROM item WHERE number > ? ORDER BY number LIMIT ?", number, most)

    def has(self, key: str) -> bool:
        """Whether there is an item of this key."""
        return bool(self._all("SELECT 1 FROM item WHERE key = ?", key))

    def answered(self, answers: Sequence[Body], at: str) -> None:
        """The district has said what became of items; what it has stands in the ledger."""
        with self._db:
            self._db.execute("BEGIN")
            self._db.executemany(
                "UPDATE item SET answer = :answer, code = :code, title = :title WHERE key = :key", answers
            )
            there = [one["key"] for one in answers if one["answer"] in {"accepted", "same"}]
            for key in there:
                self._enter_items("key = ?", at, key)

    def fetched(self, until: int, at: str) -> None:
        """The district asks for what is after a number: it has everything up to there."""
        with self._db:
            self._db.execute("BEGIN")
            self._enter_items("number <= ?", at, until)

    def forget_answers(self) -> None:
        """Everything is to be sent once more."""
        self._db.execute("UPDATE item SET answer = NULL")

    def _enter_items(self, which: str, at: str, value: object) -> None:
        for row in self._all(f"SELECT * FROM item WHERE {which} AND {_NEW} ORDER BY number", value):  # noqa: S608
            self._enter(at, "item", row["key"], None, row["body"])

    def _enter(self, at: str, entry: str, key: str, reply: int | None, written: str) -> None:
        self._db.execute(
            "INSERT INTO entry (at, entry, key, reply, digest) VALUES (?, ?, ?, ?, ?)",
            (at, entry, key, reply, digest(written)),
        )

    def reply(self, key: str, number: int) -> str | None:
        """The body of a reply as it was taken; None if it was not."""
        found = self._all("SELECT body FROM reply WHERE key = ? AND number = ?", key, number)
        return found[0]["body"] if found else None

    def take(self, key: str, number: int, body: Body, at: str) -> None:
        """Keep a reply, and enter it in the ledger."""
        with self._db:
            self._db.execute("BEGIN")
            self._db.execute("INSERT INTO reply (key, number, body) VALUES (?, ?, ?)", (key, number, canonical(body)))
            self._enter(at, "reply", key, number, canonical(body))

    def said_again(self, key: str, number: int) -> None:
        """A reply that is here came once more."""
        self._db.execute("UPDATE reply SET said = said + 1 WHERE key = ? AND number = ?", (key, number))

    def replies(self) -> list[Row]:
        """All replies, by key and number."""
        return self._all("SELECT * FROM reply ORDER BY key, number")

    def ledger(self, after: int, most: int) -> list[Row]:
        """Entries after a number."""
        return self._all("SELECT * FROM entry WHERE number > ? ORDER BY number LIMIT ?", after, most)

    def last_entry(self) -> int:
        """The number of the newest entry."""
        return int(self._db.execute("SELECT ifnull(max(number), 0) FROM entry").fetchone()[0])

    def _all(self, statement: str, *values: object) -> list[Row]:
        return self._db.execute(statement, values).fetchall()
