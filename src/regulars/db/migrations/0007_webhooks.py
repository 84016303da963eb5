import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('regulars', '0004_transfers_stay'),
    ]

    operations = [
        migrations.CreateModel(
            name='Endpoint',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('url', models.CharField(max_length=2000)),
                ('types', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('secrets', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('active', 'Active'), ('disabled', 'Disabled')], default='active', max_length=10)),
                ('reason', models.CharField(blank=True, default='', max_length=40)),
                ('failures', models.IntegerField(default=0)),
                ('failing_since', models.DateTimeField(null=True)),
                ('quiet_until', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'regulars_endpoint',
            },
        ),
        migrations.CreateModel(
            name='HookSource',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=20)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('secret', models.CharField(max_length=200)),
                ('shop', models.CharField(blank=True, default='', max_length=200)),
                ('source', models.CharField(db_collation='C', max_length=100)),
                ('created_at', models.DateTimeField()),
                ('last_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'regulars_hook_source',
            },
        ),
        migrations.CreateModel(
            name='OutMessage',
            fields=[
                ('id', models.CharField(db_collation='C', max_length=40, primary_key=True, serialize=False)),
                ('type', models.CharField(max_length=40)),
                ('body', models.TextField()),
                ('at', models.DateTimeField(db_index=True)),
            ],
            options={
                'db_table': 'regulars_out_message',
            },
        ),
        migrations.CreateModel(
            name='HookProblem',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_index=True)),
                ('topic', models.CharField(max_length=60)),
                ('code', models.CharField(max_length=40)),
                ('place', models.CharField(blank=True, default='', max_length=200)),
                ('hook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='regulars.hooksource')),
            ],
            options={
                'db_table': 'regulars_hook_problem',
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('done', 'Done'), ('failed', 'Failed')], default='waiting', max_length=10)),
                ('attempts', models.IntegerField(db_default=0, default=0)),
                ('next_at', models.DateTimeField()),
                ('tried_at', models.DateTimeField(null=True)),
                ('status', models.IntegerField(db_default=0, default=0)),
                ('code', models.CharField(blank=True, db_default='', default='', max_length=40)),
                ('endpoint', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='regulars.endpoint')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='regulars.outmessage')),
            ],
            options={
                'db_table': 'regulars_delivery',
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['endpoint', 'next_at'], name='delivery_waiting')],
                'constraints': [models.UniqueConstraint(fields=('endpoint', 'message'), name='delivery_once')],
            },
        ),
        migrations.CreateModel(
            name='HookOrder',
            fields=[
                ('key', models.CharField(db_collation='C', max_length=200, primary_key=True, serialize=False)),
                ('version', models.BigIntegerField()),
                ('digest', models.BinaryField(max_length=16)),
                ('paid', models.BooleanField()),
                ('over', models.BooleanField()),
                ('dates', models.JSONField(default=dict)),
                ('keys', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), default=list, size=None)),
            ],
            options={
                'db_table': 'regulars_hook_order',
            },
        ),
    ]
