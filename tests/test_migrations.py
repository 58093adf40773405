"""A migration is applied while the old code still runs, so the old code has to survive it.

New code comes up before the old has ended, and both use the new tables. So nothing is
taken away or renamed that the release before reads, and nothing is demanded that it does
not write: a new column has a default in the database, or may be empty. To take a column
away, stop using it in one release, give it a `db_default`, and remove it in the next;
then name it here, with the reason.
"""

import re
from collections import defaultdict

import pytest
from django.apps import apps
from django.db import migrations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

pytestmark = pytest.mark.check

OURS = ("accounts", "billing", "playground")
# Made before the first release: there was no old code that ran beside them.
EXCEPTIONS = {
    "accounts.0005_people",
    "accounts.0007_letters_language",
    "billing.0003_budgets",
    "billing.0004_budgets_of_anyone",
    "billing.0006_lots_promos_and_sales",
    "billing.0008_cards_and_looks",
    "generation.0010_signatures",
    "webhooks.0002_reasons_as_codes",
}
TAKES_AWAY = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)
SQL_THAT_TAKES = re.compile(r"\b(DROP\s+(TABLE|COLUMN)|RENAME\s+(TO|COLUMN))\b", re.I)


def breaks(operation: Operation, before, label: str) -> str:
    """Say how an operation would break the code of the release before, if it does."""
    if isinstance(operation, TAKES_AWAY):
        return type(operation).__name__
    if isinstance(operation, migrations.AddField):
        return "AddField" if demands(operation.field) else ""
    if isinstance(operation, migrations.AlterField):
        fields = before.models[label, operation.model_name_lower].fields
        was, field = fields[operation.name], operation.field
        is_new = (
            was.null and not field.null or was.has_db_default() > has_default(field)
        )
        return "AlterField" if is_new and demands(field) else ""
    if isinstance(operation, migrations.RunSQL):
        statements = operation.sql
        text = (
            statements
            if isinstance(statements, str)
            else " ".join(map(str, statements))
        )
        return "RunSQL" if SQL_THAT_TAKES.search(text) else ""
    return ""


def has_default(field) -> bool:
    return field.has_db_default()


def demands(field) -> bool:
    """Say whether a row without this column would be refused."""
    is_column = not field.many_to_many
    return is_column and not field.null and not has_default(field)


def broken() -> dict[str, list[str]]:
    """Return, by migration, what the release before would not survive."""
    loader = MigrationLoader(None)
    found = defaultdict(list)
    for (label, name), migration in loader.disk_migrations.items():
        if not apps.get_app_config(label).name.startswith(OURS):
            continue
        state = loader.project_state((label, name), at_end=False)
        made_here = set()
        for operation in migration.operations:
            if isinstance(operation, migrations.CreateModel):
                made_here.add(operation.name_lower)
            table = getattr(operation, "model_name", "").lower()
            how = "" if table in made_here else breaks(operation, state, label)
            if how:
                found[f"{label}.{name}"].append(
                    f"{how} {table}.{getattr(operation, 'name', '')}"
                )
            operation.state_forwards(label, state)
    return found


def test_the_code_of_the_release_before_survives_each_migration():
    found = broken()
    assert {name: found[name] for name in found.keys() - EXCEPTIONS} == {}


def test_what_is_excepted_is_still_there():
    assert EXCEPTIONS - broken().keys() == set()


@pytest.mark.parametrize(
    ("operation", "how"),
    [
        (migrations.RemoveField("hold", "reason"), "RemoveField"),
        (migrations.RenameField("hold", "reason", "why"), "RenameField"),
        (migrations.DeleteModel("hold"), "DeleteModel"),
        (migrations.RunSQL("ALTER TABLE billing_hold DROP COLUMN reason"), "RunSQL"),
    ],
)
def test_what_takes_something_away_is_found(operation, how):
    assert breaks(operation, None, "billing") == how
