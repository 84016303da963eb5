"""Scanning codes oneself: what there is for it, printed codes, what was scanned; where a consent was
given."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

FORWARDS = """
CREATE TRIGGER scan_stays BEFORE UPDATE OR DELETE ON regulars_scan
    FOR EACH ROW EXECUTE FUNCTION regulars_append_only();
CREATE TRIGGER scan_is_not_emptied BEFORE TRUNCATE ON regulars_scan
    FOR EACH STATEMENT EXECUTE FUNCTION regulars_append_only();
"""
BACKWARDS = """
DROP TRIGGER scan_is_not_emptied ON regulars_scan;
DROP TRIGGER scan_stays ON regulars_scan;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('regulars', '0015_heads_stay_in_their_rows'),
    ]

    operations = [
        migrations.AddField(
            model_name='consent',
            name='place',
            field=models.CharField(blank=True, db_collation='C', default='', max_length=100),
        ),
        migrations.CreateModel(
            name='PaperCode',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('token', models.CharField(max_length=32, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regulars.place')),
            ],
            options={
                'db_table': 'regulars_paper_code',
            },
        ),
        migrations.CreateModel(
            name='ScanRule',
            fields=[
                ('place', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='regulars.place')),
                ('programme', models.CharField(db_collation='C', max_length=60)),
                ('activity', models.CharField(blank=True, db_collation='C', default='', max_length=100)),
                ('asset', models.CharField(blank=True, db_collation='C', default='', max_length=100)),
                ('a_day', models.PositiveSmallIntegerField(default=1)),
                ('on_screen', models.BooleanField(default=True)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'regulars_scan_rule',
            },
        ),
        migrations.CreateModel(
            name='Scan',
            fields=[
                ('key', models.CharField(db_collation='C', max_length=100, primary_key=True, serialize=False)),
                ('customer_id', models.BigIntegerField()),
                ('place', models.CharField(db_collation='C', max_length=100)),
                ('day', models.DateField()),
                ('number', models.PositiveSmallIntegerField()),
                ('life', models.BigIntegerField(null=True)),
                ('booked_at', models.DateTimeField()),
                ('details', models.JSONField(default=dict)),
                ('device', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regulars.tilldevice')),
                ('paper', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regulars.papercode')),
            ],
            options={
                'db_table': 'regulars_scan',
                'constraints': [models.UniqueConstraint(fields=('customer_id', 'place', 'day', 'number'), name='scan_counts_once'), models.UniqueConstraint(fields=('device', 'life', 'customer_id'), name='scan_of_a_screen_once')],
            },
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
