"""The group every account starts in."""

from django.db import migrations


def add_standard_group(apps, schema_editor):
    AccessGroup = apps.get_model("accounts", "AccessGroup")
    AccessGroup.objects.get_or_create(
        slug="standard", defaults={"name": "Standard", "multiplier": 1, "is_public": True}
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(add_standard_group, migrations.RunPython.noop)]
