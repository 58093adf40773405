"""Changes of price. They are only ever added: the database itself sees to it."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


POSTGRES = """
CREATE FUNCTION easel_price_change_is_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'a change of price is never edited or deleted'; END
$$ LANGUAGE plpgsql;
CREATE TRIGGER price_change_append_only BEFORE UPDATE OR DELETE ON generation_pricechange
FOR EACH ROW EXECUTE FUNCTION easel_price_change_is_append_only();
"""
POSTGRES_BACK = """
DROP TRIGGER price_change_append_only ON generation_pricechange;
DROP FUNCTION easel_price_change_is_append_only();
"""
SQLITE = [
    f"CREATE TRIGGER price_change_no_{verb} BEFORE {verb.upper()} ON generation_pricechange"
    " BEGIN SELECT RAISE(ABORT, 'a change of price is never edited or deleted'); END"
    for verb in ("update", "delete")
]
SQLITE_BACK = [f"DROP TRIGGER price_change_no_{verb}" for verb in ("update", "delete")]


def forwards(apps, schema_editor):
    is_postgres = schema_editor.connection.vendor == "postgresql"
    for statement in [POSTGRES] if is_postgres else SQLITE:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    is_postgres = schema_editor.connection.vendor == "postgresql"
    for statement in [POSTGRES_BACK] if is_postgres else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('generation', '0017_rehearsed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PriceChange',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('starts_at', models.DateTimeField()),
                ('model', models.CharField(blank=True, default='', max_length=80)),
                ('group', models.CharField(blank=True, default='', max_length=40)),
                ('tier', models.CharField(blank=True, default='', max_length=20)),
                ('quality', models.CharField(blank=True, default='', max_length=40)),
                ('before', models.DecimalField(decimal_places=6, max_digits=13, null=True)),
                ('after', models.DecimalField(decimal_places=6, max_digits=13, null=True)),
                ('reason', models.CharField(blank=True, default='', max_length=500)),
                ('person', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['starts_at', 'id'], name='price_changes_begun')],
                'constraints': [models.CheckConstraint(condition=models.Q(('after__isnull', True), ('after__gte', 0), _connector='OR'), name='price_change_not_negative'), models.CheckConstraint(condition=models.Q(('group', ''), ('model', ''), _negated=True), name='price_change_of_something')],
            },
        ),
        migrations.RunPython(forwards, backwards),
    ]
