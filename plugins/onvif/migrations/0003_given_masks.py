from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plugin_onvif", "0002_rounds"),
    ]

    operations = [
        migrations.CreateModel(
            name="GivenMask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("device", models.CharField(max_length=300)),
                ("token", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("device", "token"), name="onvif_given_mask_once"),
                ],
            },
        ),
    ]
