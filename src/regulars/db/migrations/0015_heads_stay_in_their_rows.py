"""Rows of holders as they are written most: at every booking, and always whole.

A head is some two thousand signs long, about what PostgreSQL tries to make smaller in a row: that
costs more than all else that it does for a booking. Heads stay in their rows as they are, up to a
page of them; and a page keeps room, so that a row that is written again stays on it.
"""

from django.db import migrations

FORWARDS = "ALTER TABLE regulars_holder SET (toast_tuple_target = 8160, fillfactor = 70)"
BACKWARDS = "ALTER TABLE regulars_holder RESET (toast_tuple_target, fillfactor)"


class Migration(migrations.Migration):
    dependencies = [("regulars", "0014_audit")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
