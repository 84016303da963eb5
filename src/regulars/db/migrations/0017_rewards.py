"""What staff say about rewards: pictures, stock, what one is worth, whether it is on offer."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('regulars', '0016_scans_till'),
    ]

    operations = [
        migrations.CreateModel(
            name='RewardPicture',
            fields=[
                ('hash', models.CharField(db_collation='C', max_length=64, primary_key=True, serialize=False)),
                ('type', models.CharField(max_length=20)),
                ('body', models.BinaryField()),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'regulars_reward_picture',
            },
        ),
        migrations.CreateModel(
            name='RewardShelf',
            fields=[
                ('pk', models.CompositePrimaryKey('programme', 'reward', blank=True, editable=False, primary_key=True, serialize=False)),
                ('programme', models.CharField(db_collation='C', max_length=60)),
                ('reward', models.CharField(db_collation='C', max_length=100)),
                ('offered', models.BooleanField(default=True)),
                ('stock', models.BigIntegerField(null=True)),
                ('worth_minor', models.BigIntegerField(null=True)),
                ('cost_minor', models.BigIntegerField(null=True)),
                ('picture', models.CharField(blank=True, db_collation='C', default='', max_length=64)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'regulars_reward_shelf',
            },
        ),
    ]
