from django.db import migrations, models

import core.recording.models


class Migration(migrations.Migration):
    dependencies = [
        ("recording", "0005_edge"),
    ]

    operations = [
        migrations.CreateModel(
            name="LoudMinute",
            fields=[
                ("id", core.recording.models.RowId(primary_key=True, serialize=False)),
                ("levels", models.BinaryField()),
            ],
        ),
    ]
