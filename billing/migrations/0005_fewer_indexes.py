"""Fewer indexes and checks on the tables that every order writes: see the models."""

import django.db.models.deletion
from django.db import migrations, models


def keep_append_only(apps, schema_editor):
    """On SQLite a table that is altered is made anew, without its triggers."""
    if schema_editor.connection.vendor == "sqlite":
        for verb in ("update", "delete"):
            schema_editor.execute(
                f"CREATE TRIGGER IF NOT EXISTS transfer_no_{verb}"
                f" BEFORE {verb.upper()} ON billing_transfer"
                " BEGIN SELECT RAISE(ABORT, 'a transfer is never edited or deleted'); END"
            )


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0004_budgets_of_anyone'),
    ]

    operations = [
        # Taken away for a moment: Django takes it for the index that goes.
        migrations.RemoveConstraint("transfer", "transfer_one_charge_a_hold"),
        migrations.RemoveIndex(
            model_name='hold',
            name='holds_pending_of_wallet',
        ),
        migrations.AlterField(
            model_name='hold',
            name='job_id',
            field=models.CharField(max_length=40),
        ),
        migrations.AlterField(
            model_name='hold',
            name='wallet',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='billing.wallet'),
        ),
        migrations.AlterField(
            model_name='transfer',
            name='hold',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='billing.hold'),
        ),
        migrations.AlterField(
            model_name='transfer',
            name='key',
            field=models.CharField(max_length=160),
        ),
        migrations.AlterField(
            model_name='transfer',
            name='reverses',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='billing.transfer'),
        ),
        migrations.AlterField(
            model_name='transfer',
            name='wallet',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='billing.wallet'),
        ),
        migrations.AddIndex(
            model_name='hold',
            index=models.Index(fields=['wallet'], name='holds_of_wallet'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(condition=models.Q(('reverses__isnull', False)), fields=['reverses'], name='transfers_that_reverse'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.UniqueConstraint(fields=('job_id',), name='one_hold_an_order'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.UniqueConstraint(fields=('key',), name='transfer_key_once'),
        ),
        migrations.AddConstraint(
            "transfer",
            models.UniqueConstraint(
                condition=models.Q(("kind", "charge")),
                fields=("hold",),
                name="transfer_one_charge_a_hold",
            ),
        ),
        migrations.RunPython(keep_append_only, keep_append_only),
    ]
