"""Answers to “registration intermediate?” in the words of the role: a yes is one, a no is anything but one.

The row's history gets a row of this, as of any change; what it kept before stays as it was written. A draft that a client is writing
in the portal keeps its answer too.
"""

from django.db import migrations

FORMER = {"yes": "registration", "no": "not_registration"}


def into_roles(apps, schema_editor):
    alias = schema_editor.connection.alias
    rfps = apps.get_model("projects", "Rfp").objects.using(alias)
    for former, role in FORMER.items():
        rfps.filter(compound_role=former).update(compound_role=role)
    drafts = apps.get_model("projects", "RequestDraft").objects.using(alias)
    for draft in drafts.filter(values__has_key="registration_intermediate").iterator():
        (former, *_others) = draft.values.pop("registration_intermediate") or [""]
        draft.values["compound_role"] = [FORMER.get(former, "")]
        drafts.filter(pk=draft.pk).update(values=draft.values)


class Migration(migrations.Migration):
    dependencies = [("projects", "0020_rfp_in_full")]

    operations = [migrations.RunPython(into_roles, migrations.RunPython.noop)]
