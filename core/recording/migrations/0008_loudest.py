from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

BATCH = 2000


def note_the_loudest(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    rows = apps.get_model("recording", "LoudMinute").objects.using(editor.connection.alias)
    after = -1
    while batch := list(rows.filter(pk__gt=after).order_by("pk")[:BATCH]):
        for one in batch:
            one.loudest = max(bytes(one.levels), default=0)
        rows.bulk_update(batch, ["loudest"], batch_size=500)
        after = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("recording", "0007_removal"),
    ]

    operations = [
        migrations.AddField(
            model_name="loudminute",
            name="loudest",
            field=models.SmallIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.RunPython(note_the_loudest, migrations.RunPython.noop),
    ]
