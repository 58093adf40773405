from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("generation", "0004_terms")]

    operations = [
        migrations.AddField("attempt", name, models.IntegerField(null=True))
        for name in ("text_tokens_in", "picture_tokens_in", "tokens_out")
    ]
