"""Why staff wrote down a no moves to where it goes with the customer; of whoever was forgotten it
goes now."""

from django.db import migrations

MOVED = """
INSERT INTO regulars_staff_word (customer_id, key, at, text)
SELECT c.customer_id, 'consent:' || c.id, c.at, c.reason FROM regulars_consent c
WHERE c.reason <> '' AND EXISTS (
    SELECT 1 FROM regulars_identifier i WHERE i.customer_id = c.customer_id
) ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("regulars", "0028_leavings_before_a_merge"),
    ]

    operations = [
        migrations.RunSQL(MOVED, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name="consent",
            name="reason",
        ),
    ]
