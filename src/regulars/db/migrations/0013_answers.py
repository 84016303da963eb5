"""Answers that are given again, adjustments by keys for machines, and which keys are one hand."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('regulars', '0012_till'),
    ]

    operations = [
        migrations.CreateModel(
            name='AnswerRow',
            fields=[
                ('pk', models.CompositePrimaryKey('api_key', 'name', blank=True, editable=False, primary_key=True, serialize=False)),
                ('api_key', models.UUIDField()),
                ('name', models.CharField(db_collation='C', max_length=255)),
                ('told', models.BinaryField(max_length=16)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('body', models.BinaryField(default=b'')),
                ('at', models.DateTimeField(db_index=True)),
            ],
            options={
                'db_table': 'regulars_answer',
            },
        ),
        migrations.AddField(
            model_name='adjustment',
            name='asked_key',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regulars.apikey'),
        ),
        migrations.AddField(
            model_name='adjustment',
            name='decided_key',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regulars.apikey'),
        ),
        migrations.AddField(
            model_name='adjustment',
            name='key',
            field=models.CharField(db_collation='C', max_length=200, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='apikey',
            name='gives',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='apikey',
            name='line',
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name='adjustment',
            name='asked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='adjustment',
            index=models.Index(fields=['asked_at', 'id'], name='adjustment_asked'),
        ),
    ]
