from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

BATCH = 2000


def note_the_loudest(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    model = apps.get_model("recording", "LoudMinute")
    rows, after = model.objects.using(editor.connection.alias).order_by("pk").values_list("pk", "levels"), -1
    change = f"UPDATE {model._meta.db_table} SET loudest = %s WHERE id = %s"  # noqa: S608 - a constant
    with editor.connection.cursor() as cursor:
        while batch := list(rows.filter(pk__gt=after)[:BATCH]):
            cursor.executemany(change, [(max(bytes(levels), default=0), pk) for pk, levels in batch])
            after = batch[-1][0]


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
