from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0011_money_that_went_back'),
    ]

    operations = [
        migrations.CreateModel(
            name='ClosedMonth',
            fields=[
                ('month', models.DateField(primary_key=True, serialize=False)),
                ('rows', models.JSONField(default=list)),
                ('reckoned_at', models.DateTimeField()),
            ],
        ),
    ]
