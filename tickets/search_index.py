"""Finding tickets by words: the pairs in `search_text`, looked up in an index of the database, then compared exactly.

PostgreSQL has a GIN index over the words, SQLite a table of its own (FTS5) that triggers keep in step. Django rebuilds a
SQLite table on most changes of its columns and the triggers go with the old one: they are laid anew after every migrate.
"""

from typing import Any

from django.db import connections, models
from django.db.models import F, Func, Q

from helpdesk.lib.names import HAN_RUN, bigram_query

# PostgreSQL keeps no more than 1 MB of words for a row; beyond so many characters a ticket is not looked through.
LOOKED_THROUGH = 100_000
SQLITE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS tickets_words USING fts5"
    "(search_text, content='tickets_ticket', content_rowid='id', tokenize=\"unicode61 remove_diacritics 0\")",
    """CREATE TRIGGER tickets_words_insert AFTER INSERT ON tickets_ticket BEGIN
    INSERT INTO tickets_words(rowid, search_text) VALUES (new.id, new.search_text); END""",
    """CREATE TRIGGER tickets_words_delete AFTER DELETE ON tickets_ticket BEGIN
    INSERT INTO tickets_words(tickets_words, rowid, search_text) VALUES ('delete', old.id, old.search_text); END""",
    """CREATE TRIGGER tickets_words_update AFTER UPDATE OF search_text ON tickets_ticket
    WHEN old.search_text <> new.search_text BEGIN
    INSERT INTO tickets_words(tickets_words, rowid, search_text) VALUES ('delete', old.id, old.search_text);
    INSERT INTO tickets_words(rowid, search_text) VALUES (new.id, new.search_text); END""",
    "INSERT INTO tickets_words(tickets_words) VALUES ('rebuild')",
)


def words_fit(text: str) -> Q:
    """Rows of tickets that hold every word of `text`, in either script; an empty Q where it holds no word.

    A Latin word also finds those that begin with it. One Chinese character alone has no pair and is compared row by row.
    """
    indexed, fits = [], Q()
    for phrase in bigram_query(text):
        if len(phrase) == 1 and HAN_RUN.fullmatch(phrase):
            fits &= Q(search_text__contains=phrase)
            continue
        indexed.append(phrase)
        if " " in phrase:
            # The index knows that all pairs are there; that they follow one another is seen in the text.
            fits &= Q(search_text__contains=phrase)
    return Q(Words(indexed)) & fits if indexed else fits


class Words(Func):
    """Whether a ticket's words, by the index, hold all pairs of these phrases."""

    conditional = True
    output_field = models.BooleanField()

    def __init__(self, phrases: list[str]) -> None:
        self.phrases = phrases
        super().__init__(F("pk"), F("search_text"))

    def __repr__(self) -> str:
        return f"Words({self.phrases!r})"

    def as_postgresql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, tuple[Any, ...]]:
        column, _params = compiler.compile(self.source_expressions[1])
        vector = f"to_tsvector('simple'::regconfig, \"left\"({column}, {LOOKED_THROUGH}))"
        return f"({vector} @@ to_tsquery('simple'::regconfig, %s))", (self.asked("'{}'", ":*", " & "),)

    def as_sqlite(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, tuple[Any, ...]]:
        column, _params = compiler.compile(self.source_expressions[0])
        found = "SELECT rowid FROM tickets_words WHERE tickets_words MATCH %s"
        return f"({column} IN ({found}))", (self.asked('"{}"', "*", " AND "),)

    def asked(self, quoted: str, prefix: str, both: str) -> str:
        """The query in the database's own language; the words are letters and digits alone (helpdesk.lib.names.RUN)."""
        terms = []
        for phrase in self.phrases:
            mark = "" if HAN_RUN.match(phrase) else prefix
            terms += [quoted.format(word) + mark for word in phrase.split()]
        return both.join(dict.fromkeys(terms))


def install(using: str = "default", **_kwargs: Any) -> None:
    """Lay SQLite's table of words and its triggers where one is missing, and fill it anew then."""
    connection = connections[using]
    if connection.vendor != "sqlite" or "tickets_ticket" not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM sqlite_master WHERE name GLOB 'tickets_words_[idu]*' AND type = 'trigger'"
        )
        if cursor.fetchone()[0] == 3:
            return
        for name in ("insert", "delete", "update"):
            cursor.execute(f"DROP TRIGGER IF EXISTS tickets_words_{name}")
        for statement in SQLITE:
            cursor.execute(statement)
