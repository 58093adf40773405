from django.db import migrations, models


def name_reasons(apps, schema_editor):
    """Until now a whole sentence stood there, in the server's language of that day."""
    endpoints = apps.get_model("webhooks", "Endpoint").objects
    for endpoint in endpoints.exclude(disabled_reason=""):
        said = endpoint.disabled_reason
        is_gone = "410" in said
        endpoint.last_answer = "410" if is_gone else said.rpartition(": ")[2]
        endpoint.disabled_reason = "gone" if is_gone else "took_nothing"
        endpoint.save(update_fields=["disabled_reason", "last_answer"])


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="endpoint",
            name="last_answer",
            field=models.CharField(blank=True, default="", max_length=300),
        ),
        migrations.RunPython(name_reasons, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="endpoint",
            name="disabled_reason",
            field=models.CharField(
                blank=True,
                choices=[("gone", "Gone"), ("took_nothing", "Took Nothing")],
                default="",
                max_length=12,
            ),
        ),
    ]
