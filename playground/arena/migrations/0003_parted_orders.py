import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('arena', '0002_append_only_votes'),
        ('generation', '0023_gates'),
    ]

    operations = [
        migrations.AlterField(
            model_name='commission',
            name='generation',
            field=models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='generation.generation'),
        ),
    ]
