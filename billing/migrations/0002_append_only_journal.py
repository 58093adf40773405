"""The journal is only ever added to: the database itself refuses edits and deletions."""

from django.db import migrations

POSTGRES = """
CREATE FUNCTION easel_transfer_is_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'a transfer is never edited or deleted'; END
$$ LANGUAGE plpgsql;
CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE ON billing_transfer
FOR EACH ROW EXECUTE FUNCTION easel_transfer_is_append_only();
ALTER TABLE billing_wallet SET (fillfactor = 70);
"""
POSTGRES_BACK = """
ALTER TABLE billing_wallet RESET (fillfactor);
DROP TRIGGER transfer_append_only ON billing_transfer;
DROP FUNCTION easel_transfer_is_append_only();
"""
SQLITE = [
    f"CREATE TRIGGER transfer_no_{verb} BEFORE {verb.upper()} ON billing_transfer"
    " BEGIN SELECT RAISE(ABORT, 'a transfer is never edited or deleted'); END"
    for verb in ("update", "delete")
]
SQLITE_BACK = [f"DROP TRIGGER transfer_no_{verb}" for verb in ("update", "delete")]


def forwards(apps, schema_editor):
    statements = [POSTGRES] if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    statements = [POSTGRES_BACK] if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
