"""What finds the clicks of a visit, and who was shut out or erased, without reading histories."""

from django.db import migrations

FORWARDS = """
CREATE INDEX fact_clicks ON regulars_fact ((body ->> 'session')) WHERE type = 'click';
CREATE INDEX fact_ends ON regulars_fact (customer_id)
    WHERE type = 'erasure' OR (type = 'activity' AND body ->> 'kind' = 'ban');
"""
BACKWARDS = """
DROP INDEX fact_ends;
DROP INDEX fact_clicks;
"""


class Migration(migrations.Migration):
    dependencies = [("regulars", "0008_lifecycle")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
