"""Mail on its way, members' sessions and sign-ins, consents, invitations, leaving, the brand."""

import uuid
from django.db import migrations, models


FORWARDS = """
CREATE TRIGGER consent_stays BEFORE UPDATE OR DELETE ON regulars_consent
    FOR EACH ROW EXECUTE FUNCTION regulars_append_only();
CREATE TRIGGER consent_is_not_emptied BEFORE TRUNCATE ON regulars_consent
    FOR EACH STATEMENT EXECUTE FUNCTION regulars_append_only();
"""
BACKWARDS = """
DROP TRIGGER consent_is_not_emptied ON regulars_consent;
DROP TRIGGER consent_stays ON regulars_consent;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('regulars', '0010_named_facts'),
    ]

    operations = [
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('pk', models.CompositePrimaryKey('customer_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('customer_id', models.BigIntegerField()),
                ('id', models.UUIDField(default=uuid.uuid4)),
                ('purpose', models.CharField(max_length=30)),
                ('channel', models.CharField(max_length=20)),
                ('given', models.BooleanField()),
                ('wording', models.CharField(max_length=16)),
                ('at', models.DateTimeField()),
                ('source', models.CharField(max_length=30)),
                ('actor', models.CharField(max_length=200)),
            ],
            options={
                'db_table': 'regulars_consent',
            },
        ),
        migrations.CreateModel(
            name='ConsentWording',
            fields=[
                ('id', models.CharField(max_length=16, primary_key=True, serialize=False)),
                ('language', models.CharField(max_length=10)),
                ('text', models.CharField(max_length=1000)),
                ('first_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'regulars_consent_wording',
            },
        ),
        migrations.CreateModel(
            name='EntryTicket',
            fields=[
                ('token_hash', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('customer_id', models.BigIntegerField(db_index=True)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'regulars_entry_ticket',
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('token_hash', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=100)),
                ('email', models.CharField(max_length=254)),
                ('language', models.CharField(max_length=10)),
                ('created_at', models.DateTimeField(db_index=True)),
                ('used_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'regulars_invitation',
            },
        ),
        migrations.CreateModel(
            name='Leaving',
            fields=[
                ('pk', models.CompositePrimaryKey('customer_id', 'programme', blank=True, editable=False, primary_key=True, serialize=False)),
                ('customer_id', models.BigIntegerField()),
                ('programme', models.CharField(db_collation='C', max_length=60)),
                ('left_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(db_index=True)),
                ('done_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'regulars_leaving',
            },
        ),
        migrations.CreateModel(
            name='MemberSession',
            fields=[
                ('token_hash', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('public_id', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('customer_id', models.BigIntegerField(db_index=True)),
                ('device', models.CharField(blank=True, default='', max_length=60)),
                ('created_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'db_table': 'regulars_member_session',
            },
        ),
        migrations.CreateModel(
            name='SignInTry',
            fields=[
                ('browser', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('email', models.CharField(max_length=254)),
                ('code_hash', models.CharField(blank=True, default='', max_length=64)),
                ('link_hash', models.CharField(max_length=64, null=True, unique=True)),
                ('wrong', models.SmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(db_index=True)),
                ('used_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'regulars_sign_in_try',
            },
        ),
        migrations.CreateModel(
            name='Brand',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('colour', models.CharField(blank=True, default='', max_length=7)),
                ('logo', models.BinaryField(default=b'')),
                ('logo_type', models.CharField(blank=True, default='', max_length=40)),
                ('address', models.CharField(blank=True, default='', max_length=200)),
                ('origins', models.JSONField(default=list)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'regulars_brand',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='brand_is_one')],
            },
        ),
        migrations.CreateModel(
            name='OutMail',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=30)),
                ('recipient', models.CharField(max_length=254)),
                ('subject', models.CharField(max_length=300)),
                ('text', models.TextField(blank=True, default='')),
                ('secret', models.BooleanField(default=False)),
                ('customer_id', models.BigIntegerField(db_index=True, null=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('picked', 'Picked'), ('sent', 'Sent'), ('failed', 'Failed')], default='waiting', max_length=10)),
                ('attempts', models.SmallIntegerField(default=0)),
                ('code', models.CharField(blank=True, default='', max_length=40)),
                ('queued_at', models.DateTimeField(db_index=True)),
                ('next_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('settled_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'regulars_out_mail',
                'indexes': [models.Index(condition=models.Q(('state__in', ['waiting', 'picked'])), fields=['next_at'], name='out_mail_due')],
            },
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
