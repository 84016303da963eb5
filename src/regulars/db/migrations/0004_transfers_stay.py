"""What keeps transfers as they are, their order of arrival, and what loads a history quickly."""

from django.db import migrations

FORWARDS = """
CREATE SEQUENCE regulars_transfer_seq;
ALTER TABLE regulars_transfer ALTER COLUMN seq SET DEFAULT nextval('regulars_transfer_seq');
ALTER SEQUENCE regulars_transfer_seq OWNED BY regulars_transfer.seq;
CREATE UNIQUE INDEX transfer_by_seq ON regulars_transfer (seq);
CREATE TRIGGER transfer_stays BEFORE UPDATE OR DELETE ON regulars_transfer
    FOR EACH ROW EXECUTE FUNCTION regulars_append_only();
CREATE TRIGGER transfer_is_not_emptied BEFORE TRUNCATE ON regulars_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION regulars_append_only();
ALTER TABLE regulars_holder SET (fillfactor = 60);
"""
BACKWARDS = """
DROP TRIGGER transfer_is_not_emptied ON regulars_transfer;
DROP TRIGGER transfer_stays ON regulars_transfer;
DROP INDEX transfer_by_seq;
ALTER TABLE regulars_transfer ALTER COLUMN seq DROP DEFAULT;
DROP SEQUENCE regulars_transfer_seq;
"""


class Migration(migrations.Migration):
    dependencies = [("regulars", "0003_programmes")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
