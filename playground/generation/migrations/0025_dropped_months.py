"""Months that were dropped, and the state of one order.

PostgreSQL asks for that state in a function: a lookup inside a statement would prepare
for every month that orders lie in, whether or not anybody asks.
"""

import django.utils.timezone
from django.db import migrations, models


STATE_OF = """
CREATE FUNCTION easel_state_of(asked text) RETURNS text AS $$
BEGIN
    RETURN (SELECT state FROM generation_generation WHERE id = asked);
END
$$ LANGUAGE plpgsql STABLE;
"""


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(STATE_OF)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION easel_state_of(text)")


class Migration(migrations.Migration):

    dependencies = [
        ('generation', '0024_digests'),
    ]

    operations = [
        migrations.CreateModel(
            name='DroppedMonth',
            fields=[
                ('until', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('since', models.CharField(blank=True, default='', max_length=40)),
                ('orders', models.BigIntegerField()),
                ('charged_microcredits', models.BigIntegerField()),
                ('kept', models.BigIntegerField()),
                ('dropped_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.RunPython(forwards, backwards),
    ]
