"""Sequences, what keeps facts as they are, and the cache table.

`regulars_customer_id` grows by 1,000: the application takes a block at a time and hands out the
numbers in it (`regulars.db.ids`). `regulars_fact.seq` is the order of arrival.
"""

from django.db import migrations

FORWARDS = """
CREATE SEQUENCE regulars_customer_id INCREMENT BY 1000 MINVALUE 1000 START 1000;
CREATE SEQUENCE regulars_fact_seq;
ALTER TABLE regulars_fact ALTER COLUMN seq SET DEFAULT nextval('regulars_fact_seq');
ALTER SEQUENCE regulars_fact_seq OWNED BY regulars_fact.seq;
CREATE UNIQUE INDEX fact_by_seq ON regulars_fact (seq);
CREATE INDEX fact_refunds ON regulars_fact (import_id) WHERE type = 'refund' AND NOT guest;

CREATE FUNCTION regulars_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keeps what it holds: add a row instead of changing one', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER fact_stays BEFORE UPDATE OR DELETE ON regulars_fact
    FOR EACH ROW EXECUTE FUNCTION regulars_append_only();
CREATE TRIGGER fact_is_not_emptied BEFORE TRUNCATE ON regulars_fact
    FOR EACH STATEMENT EXECUTE FUNCTION regulars_append_only();
CREATE TRIGGER key_stays BEFORE UPDATE OR DELETE ON regulars_factkey
    FOR EACH ROW EXECUTE FUNCTION regulars_append_only();
CREATE TRIGGER key_is_not_emptied BEFORE TRUNCATE ON regulars_factkey
    FOR EACH STATEMENT EXECUTE FUNCTION regulars_append_only();

CREATE TABLE regulars_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX regulars_cache_expires ON regulars_cache (expires);
"""
BACKWARDS = """
DROP TABLE regulars_cache;
DROP TRIGGER key_is_not_emptied ON regulars_factkey;
DROP TRIGGER key_stays ON regulars_factkey;
DROP TRIGGER fact_is_not_emptied ON regulars_fact;
DROP TRIGGER fact_stays ON regulars_fact;
DROP FUNCTION regulars_append_only();
DROP INDEX fact_refunds;
DROP INDEX fact_by_seq;
ALTER TABLE regulars_fact ALTER COLUMN seq DROP DEFAULT;
DROP SEQUENCE regulars_fact_seq;
DROP SEQUENCE regulars_customer_id;
"""


class Migration(migrations.Migration):
    dependencies = [("regulars", "0001_tables")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
