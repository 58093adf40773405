"""The limits of keys become limits of anyone, and wallets say whether they have any."""

from django.db import migrations, models


def mark_capped_wallets(apps, schema_editor):
    """Every key with a budget spends from a wallet that must now say so."""
    keys = apps.get_model("accounts", "ApiKey").objects
    owners = apps.get_model("billing", "KeyBudget").objects.values("owner")
    accounts = keys.filter(pk__in=owners).values("account")
    wallets = apps.get_model("billing", "Wallet").objects
    wallets.filter(account__in=accounts).update(is_capped=True)


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_budgets")]

    operations = [
        migrations.AddField(
            "wallet", "is_capped", models.BooleanField(default=False)
        ),
        migrations.AddField(
            "hold",
            "member",
            models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.RemoveConstraint("keybudget", "one_budget_a_period"),
        migrations.AlterField(
            "keybudget", "key", models.CharField(db_column="key_id", max_length=80)
        ),
        migrations.RenameField("keybudget", "key", "owner"),
        migrations.AlterField(
            "keybudget", "owner", models.CharField(max_length=80)
        ),
        migrations.AddConstraint(
            "keybudget",
            models.UniqueConstraint(
                fields=["owner", "period"], name="one_budget_a_period"
            ),
        ),
        migrations.RunPython(mark_capped_wallets, migrations.RunPython.noop),
    ]
