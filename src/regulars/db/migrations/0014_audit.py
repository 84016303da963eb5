"""What was done that lets value move, and which key made which."""

from django.db import migrations, models

FORWARDS = """
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON regulars_audit
    FOR EACH ROW EXECUTE FUNCTION regulars_append_only();
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON regulars_audit
    FOR EACH STATEMENT EXECUTE FUNCTION regulars_append_only();
"""
BACKWARDS = """
DROP TRIGGER audit_is_not_emptied ON regulars_audit;
DROP TRIGGER audit_stays ON regulars_audit;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('regulars', '0013_answers'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditRow',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_index=True)),
                ('who', models.CharField(max_length=200)),
                ('what', models.CharField(db_collation='C', max_length=40)),
                ('about', models.CharField(db_collation='C', db_index=True, max_length=200)),
                ('details', models.JSONField(default=dict)),
            ],
            options={
                'db_table': 'regulars_audit',
            },
        ),
        migrations.AddField(
            model_name='apikey',
            name='made_with',
            field=models.UUIDField(null=True),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
