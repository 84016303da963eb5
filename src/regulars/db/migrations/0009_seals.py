"""Marks by which a row is named that its seal does not fit, and what keeps seals as they are."""

from django.db import migrations, models


FORWARDS = """
CREATE TRIGGER seal_stays BEFORE UPDATE OR DELETE ON regulars_seal
    FOR EACH ROW EXECUTE FUNCTION regulars_append_only();
CREATE TRIGGER seal_is_not_emptied BEFORE TRUNCATE ON regulars_seal
    FOR EACH STATEMENT EXECUTE FUNCTION regulars_append_only();
"""
BACKWARDS = """
DROP TRIGGER seal_is_not_emptied ON regulars_seal;
DROP TRIGGER seal_stays ON regulars_seal;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("regulars", "0006_api_keys"),
    ]

    operations = [
        migrations.RunSQL(FORWARDS, BACKWARDS),
        migrations.AddField(
            model_name="seal",
            name="marks",
            field=models.BinaryField(default=b""),
        ),
    ]
