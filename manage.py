#!/usr/bin/env python
"""Django's command line for this product."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdmo.settings")
    from django.core.management import execute_from_command_line

    from cdmo.room import with_room

    with_room(execute_from_command_line)(sys.argv)


if __name__ == "__main__":
    main()
