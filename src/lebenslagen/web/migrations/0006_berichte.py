"""Texts of reports are files of the project; the table for them was never written."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("web", "0005_rundgang")]
    operations = [migrations.DeleteModel(name="ReportText")]
