"""Places that are closed; members found by their tier."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('regulars', '0017_rewards'),
    ]

    operations = [
        migrations.AddField(
            model_name='place',
            name='closed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='holderstate',
            index=models.Index(condition=models.Q(('left_at', None)), fields=['programme', 'tier', 'customer_id'], name='holder_by_tier'),
        ),
    ]
