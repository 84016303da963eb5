from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("regulars", "0020_tracing")]
    operations = [
        migrations.CreateModel(
            name="MilestoneRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "customer_id",
                        "programme",
                        "at",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("customer_id", models.BigIntegerField()),
                ("programme", models.CharField(db_collation="C", max_length=60)),
                ("at", models.BigIntegerField()),
                ("passed", models.BigIntegerField()),
                ("body", models.TextField()),
            ],
            options={"db_table": "regulars_milestone"},
        ),
    ]
