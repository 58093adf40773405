"""What was done stays as it was written: the database itself refuses edits."""

from django.db import migrations

POSTGRES = """
CREATE FUNCTION easel_activity_is_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'an activity is never edited'; END
$$ LANGUAGE plpgsql;
CREATE TRIGGER activity_append_only BEFORE UPDATE ON accounts_activity
FOR EACH ROW EXECUTE FUNCTION easel_activity_is_append_only();
"""
POSTGRES_BACK = """
DROP TRIGGER activity_append_only ON accounts_activity;
DROP FUNCTION easel_activity_is_append_only();
"""
SQLITE = (
    "CREATE TRIGGER activity_no_update BEFORE UPDATE ON accounts_activity"
    " BEGIN SELECT RAISE(ABORT, 'an activity is never edited'); END"
)
SQLITE_BACK = "DROP TRIGGER activity_no_update"


def forwards(apps, schema_editor):
    is_postgres = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(POSTGRES if is_postgres else SQLITE)


def backwards(apps, schema_editor):
    is_postgres = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(POSTGRES_BACK if is_postgres else SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_people")]
    operations = [migrations.RunPython(forwards, backwards)]
