"""A vote stays as it was cast: the database itself refuses edits, and deletions of any
but demo data. A preference goes when its account does, and is never edited."""

from django.db import migrations

POSTGRES = """
CREATE FUNCTION easel_vote_is_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'a vote is never edited or deleted'; END
$$ LANGUAGE plpgsql;
CREATE TRIGGER vote_no_update BEFORE UPDATE ON arena_vote
FOR EACH ROW EXECUTE FUNCTION easel_vote_is_append_only();
CREATE TRIGGER vote_no_delete BEFORE DELETE ON arena_vote
FOR EACH ROW WHEN (NOT OLD.is_demo) EXECUTE FUNCTION easel_vote_is_append_only();
CREATE TRIGGER preference_no_update BEFORE UPDATE ON arena_preference
FOR EACH ROW EXECUTE FUNCTION easel_vote_is_append_only();
"""
POSTGRES_BACK = """
DROP TRIGGER vote_no_update ON arena_vote;
DROP TRIGGER vote_no_delete ON arena_vote;
DROP TRIGGER preference_no_update ON arena_preference;
DROP FUNCTION easel_vote_is_append_only();
"""
REFUSE = "BEGIN SELECT RAISE(ABORT, 'a vote is never edited or deleted'); END"
SQLITE = [
    f"CREATE TRIGGER vote_no_update BEFORE UPDATE ON arena_vote {REFUSE}",
    "CREATE TRIGGER vote_no_delete BEFORE DELETE ON arena_vote"
    f" WHEN NOT OLD.is_demo {REFUSE}",
    f"CREATE TRIGGER preference_no_update BEFORE UPDATE ON arena_preference {REFUSE}",
]
NAMES = ("vote_no_update", "vote_no_delete", "preference_no_update")
SQLITE_BACK = [f"DROP TRIGGER {name}" for name in NAMES]


def forwards(apps, schema_editor):
    is_postgres = schema_editor.connection.vendor == "postgresql"
    for statement in [POSTGRES] if is_postgres else SQLITE:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    is_postgres = schema_editor.connection.vendor == "postgresql"
    for statement in [POSTGRES_BACK] if is_postgres else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("arena", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
