"""Every credit is a lot; those from before become lots of which nothing is drawn yet."""

from django.db import migrations

LOTS = """
INSERT INTO billing_lot (transfer_id, wallet_id, payment_id, seq, amount, unspent, expires_at)
SELECT id, wallet_id, CASE WHEN ref_type = 'payment' THEN CAST(ref_id AS bigint) END,
       seq, amount, amount, NULL
FROM billing_transfer WHERE direction = 1"""
PAID = "UPDATE billing_stripepayment SET paid_minor = amount_minor WHERE status = 'paid'"


class Migration(migrations.Migration):

    dependencies = [("billing", "0006_lots_promos_and_sales")]

    operations = [
        migrations.RunSQL(LOTS, "DELETE FROM billing_lot"),
        migrations.RunSQL(PAID, migrations.RunSQL.noop),
    ]
