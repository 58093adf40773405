"""Fewer indexes and checks on the tables that every order writes: see the models."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# Django gives a primary key that is text a second index, for `LIKE`. Nobody asks so.
NOBODY_ASKS = """
DO $$ DECLARE one text; BEGIN
    FOR one IN SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()
        AND tablename IN ('generation_generation', 'generation_picture')
        AND indexname ~ '_id_[0-9a-f]+_like$'
    LOOP EXECUTE format('DROP INDEX %I', one); END LOOP;
END $$"""


def drop_what_nobody_asks(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(NOBODY_ASKS, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_standard_group'),
        ('generation', '0005_tokens'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Taken away for a moment: Django takes it for the index that goes.
        migrations.RemoveConstraint("generation", "one_live_order_a_guest"),
        migrations.AlterField(
            model_name='attempt',
            name='generation',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='generation.generation'),
        ),
        migrations.AlterField(
            model_name='generation',
            name='account',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='accounts.account'),
        ),
        migrations.AlterField(
            model_name='generation',
            name='group',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='accounts.accessgroup'),
        ),
        migrations.AlterField(
            model_name='generation',
            name='key',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.apikey'),
        ),
        migrations.AlterField(
            model_name='generation',
            name='person',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='picture',
            name='account',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='accounts.account'),
        ),
        migrations.AlterField(
            model_name='picture',
            name='generation',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='pictures', to='generation.generation'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(fields=['generation'], name='attempts_of_generation'),
        ),
        migrations.AddIndex(
            model_name='generation',
            index=models.Index(condition=models.Q(('person__isnull', False)), fields=['person'], name='generations_of_person'),
        ),
        migrations.AddConstraint(
            "generation",
            models.UniqueConstraint(
                condition=models.Q(("lane", "guest"), ("state__in", ["queued", "running"])),
                fields=("account",),
                name="one_live_order_a_guest",
            ),
        ),
        migrations.RunPython(drop_what_nobody_asks, migrations.RunPython.noop),
    ]
