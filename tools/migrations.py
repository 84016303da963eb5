"""Fail when a model changed and no migration says so. Needs no database."""

from __future__ import annotations

import os
import warnings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")
os.environ.setdefault("REGULARS_DATABASE_URL", "postgresql://nobody@localhost/none")

import django
from django.core.management import call_command

django.setup()
warnings.simplefilter("ignore", RuntimeWarning)
call_command("makemigrations", "regulars", check=True, dry_run=True)
