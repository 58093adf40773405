"""What keys ask for in a minute, and how many orders of theirs are under way."""

import django.db.models.deletion
from django.db import migrations, models

LIVE_ORDERS = """
CREATE FUNCTION easel_live_orders(asked_key text) RETURNS bigint AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(asked_key, 0));
    RETURN (SELECT count(*) FROM generation_generation
            WHERE key_id = asked_key AND state IN ('queued', 'running'));
END
$$ LANGUAGE plpgsql VOLATILE;
"""


def forwards(apps, schema_editor):
    """Let PostgreSQL count a key's live orders in the key's turn."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(LIVE_ORDERS)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION easel_live_orders(text)")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_key_limits'),
        ('generation', '0007_unwanted_orders'),
    ]

    operations = [
        migrations.CreateModel(
            name='RateWindow',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('what', models.CharField(max_length=10)),
                ('started_ms', models.BigIntegerField()),
                ('previous', models.IntegerField()),
                ('current', models.IntegerField()),
                ('most', models.IntegerField()),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='accounts.apikey')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('key', 'what'), name='one_window_a_key_and_rate')],
            },
        ),
        migrations.RunPython(forwards, backwards),
    ]
