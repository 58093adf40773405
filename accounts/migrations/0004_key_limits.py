"""What a key may do, in a row of its own, and the texts that a key had before."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_retention'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeyLimits',
            fields=[
                ('key', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='limited', serialize=False, to='accounts.apikey')),
                ('scopes', models.JSONField(default=list)),
                ('model_ids', models.JSONField(default=list)),
                ('max_tier', models.CharField(blank=True, default='', max_length=8)),
                ('max_n', models.IntegerField(null=True)),
                ('requests_per_minute', models.IntegerField(null=True)),
                ('pictures_per_minute', models.IntegerField(null=True)),
                ('concurrency', models.IntegerField(null=True)),
                ('ip_ranges', models.JSONField(default=list)),
                ('expires_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='RetiredSecret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('works_until', models.DateTimeField()),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='retired_secrets', to='accounts.apikey')),
            ],
        ),
    ]
