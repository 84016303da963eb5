"""Tills: the browsers that are one, who works at them, and what was done there."""


import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

FORWARDS = """
CREATE TRIGGER till_deed_stays BEFORE UPDATE OR DELETE ON regulars_till_deed
    FOR EACH ROW EXECUTE FUNCTION regulars_append_only();
CREATE TRIGGER till_deed_is_not_emptied BEFORE TRUNCATE ON regulars_till_deed
    FOR EACH STATEMENT EXECUTE FUNCTION regulars_append_only();
"""
BACKWARDS = """
DROP TRIGGER till_deed_is_not_emptied ON regulars_till_deed;
DROP TRIGGER till_deed_stays ON regulars_till_deed;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('regulars', '0011_portal'),
    ]

    operations = [
        migrations.CreateModel(
            name='Cashier',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100)),
                ('pin', models.CharField(max_length=128)),
                ('grants_a_day', models.PositiveIntegerField(default=50)),
                ('undos_a_day', models.PositiveIntegerField(default=20)),
                ('is_active', models.BooleanField(default=True)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('places', models.ManyToManyField(blank=True, to='regulars.place')),
            ],
            options={
                'db_table': 'regulars_cashier',
            },
        ),
        migrations.CreateModel(
            name='TillDevice',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100)),
                ('pairing_hash', models.CharField(blank=True, db_index=True, default='', max_length=64)),
                ('pairing_until', models.DateTimeField(null=True)),
                ('token_hash', models.CharField(max_length=64, null=True, unique=True)),
                ('made_at', models.DateTimeField()),
                ('paired_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('session_hash', models.CharField(blank=True, default='', max_length=64)),
                ('session_at', models.DateTimeField(null=True)),
                ('cashier', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='regulars.cashier')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regulars.place')),
            ],
            options={
                'db_table': 'regulars_till_device',
            },
        ),
        migrations.CreateModel(
            name='TillDeed',
            fields=[
                ('key', models.CharField(db_collation='C', max_length=200, primary_key=True, serialize=False)),
                ('what', models.CharField(choices=[('sale', 'Sale'), ('tap', 'Tap'), ('undo', 'Undo'), ('enrol', 'Enrol')], max_length=10)),
                ('place', models.CharField(db_collation='C', max_length=100)),
                ('customer_id', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('booked_at', models.DateTimeField()),
                ('amount_minor', models.BigIntegerField(default=0)),
                ('pays_minor', models.BigIntegerField(default=0)),
                ('currency', models.CharField(blank=True, default='', max_length=3)),
                ('details', models.JSONField(default=dict)),
                ('undoes', models.CharField(db_collation='C', max_length=200, null=True, unique=True)),
                ('cashier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regulars.cashier')),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regulars.tilldevice')),
            ],
            options={
                'db_table': 'regulars_till_deed',
                'indexes': [models.Index(fields=['cashier', 'booked_at'], name='deed_of_cashier'), models.Index(fields=['device', 'booked_at'], name='deed_at_device'), models.Index(fields=['customer_id', 'booked_at'], name='deed_of_customer')],
            },
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
