from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cameras", "0004_masks"),
    ]

    operations = [
        migrations.AddField(
            model_name="camera",
            name="masks_pushed",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="camera",
            name="masks_at_camera",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="camera",
            name="masks_since_ms",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="camera",
            name="masks_trouble",
            field=models.CharField(blank=True, default="", max_length=300),
        ),
    ]
