"""What staff did is only ever added to, and whoever was staff before is an admin."""

from django.db import migrations

POSTGRES = """
CREATE FUNCTION easel_deed_is_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'a deed is never edited or deleted'; END
$$ LANGUAGE plpgsql;
CREATE TRIGGER deed_append_only BEFORE UPDATE OR DELETE ON accounts_staffdeed
FOR EACH ROW EXECUTE FUNCTION easel_deed_is_append_only();
"""
POSTGRES_BACK = """
DROP TRIGGER deed_append_only ON accounts_staffdeed;
DROP FUNCTION easel_deed_is_append_only();
"""
SQLITE = [
    f"CREATE TRIGGER deed_no_{verb} BEFORE {verb.upper()} ON accounts_staffdeed"
    " BEGIN SELECT RAISE(ABORT, 'a deed is never edited or deleted'); END"
    for verb in ("update", "delete")
]
SQLITE_BACK = [f"DROP TRIGGER deed_no_{verb}" for verb in ("update", "delete")]


def forwards(apps, schema_editor):
    statements = [POSTGRES] if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    statements = [POSTGRES_BACK] if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK
    for statement in statements:
        schema_editor.execute(statement)


def name_admins(apps, schema_editor):
    apps.get_model("accounts", "Person").objects.filter(is_staff=True).update(
        staff_role="admin"
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_staff")]
    operations = [
        migrations.RunPython(forwards, backwards),
        migrations.RunPython(name_admins, migrations.RunPython.noop),
    ]
