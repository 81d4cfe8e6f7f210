from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.utils.translation import gettext as _

from audit.roles import apply_roles, insert_only_tables


class Command(BaseCommand):
    help = "Give the application's database role its rights: everything it needs, and on the record only SELECT and INSERT."

    def add_arguments(self, parser: CommandParser) -> None:
        default = "owner" if "owner" in settings.DATABASES else "default"
        parser.add_argument("--database", default=default, help="the connection of the owner (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] not in settings.DATABASES:
            raise CommandError(_("There is no database connection called %(name)s.") % {"name": options["database"]})
        apply_roles(connections[options["database"]])
        words = _("%(role)s can only add to %(count)s tables of the record.")
        self.stdout.write(words % {"role": settings.DATABASE_APPLICATION_ROLE, "count": len(insert_only_tables())})
