"""PostgreSQL no longer checks whose a caption is: orders may lie in parts, and a part
that others point into cannot be dropped.

SQLite has no parts, and would make the table anew and lose the triggers that searches
need, so it goes on checking.
"""

import django.db.models.deletion
from django.db import migrations, models


class AlterOnPostgres(migrations.AlterField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):

    dependencies = [
        ('gallery', '0003_verdicts'),
        ('generation', '0023_gates'),
    ]

    operations = [
        AlterOnPostgres(
            model_name='caption',
            name='generation',
            field=models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to='generation.generation'),
        ),
    ]
