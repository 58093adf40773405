"""The index that searches use: GIN over words on PostgreSQL, FTS5 beside the table on SQLite.

The words are folded already, so PostgreSQL takes them as they are, without a dictionary,
and the account is a word among them: a search then reads nothing of anybody else's.
Entries are not put off (fastupdate), because a long list of those hides the index from
the planner, and captions are written in bulk anyway.
"""

from django.db import migrations

POSTGRES = [
    """CREATE INDEX captions_by_word ON gallery_caption USING gin
    (array_to_tsvector(string_to_array(rtrim(account_id || ' ' || words), ' ')))
    WITH (fastupdate = off)"""
]
POSTGRES_BACK = ["DROP INDEX captions_by_word"]
SQLITE = [
    "CREATE VIRTUAL TABLE gallery_words USING fts5(words, tokenize='unicode61')",
    """CREATE TRIGGER caption_written AFTER INSERT ON gallery_caption BEGIN
    INSERT INTO gallery_words (rowid, words)
    VALUES (new.id, new.account_id || ' ' || new.words); END""",
    """CREATE TRIGGER caption_changed AFTER UPDATE ON gallery_caption BEGIN
    UPDATE gallery_words SET words = new.account_id || ' ' || new.words
    WHERE rowid = old.id; END""",
    """CREATE TRIGGER caption_removed AFTER DELETE ON gallery_caption BEGIN
    DELETE FROM gallery_words WHERE rowid = old.id; END""",
]
SQLITE_BACK = [
    *(f"DROP TRIGGER caption_{what}" for what in ("written", "changed", "removed")),
    "DROP TABLE gallery_words",
]


def forwards(apps, schema_editor):
    statements = POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    is_postgres = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRES_BACK if is_postgres else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("gallery", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
