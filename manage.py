#!/usr/bin/env python
"""Django's command line for this product."""

import gc
import os
import sys

# Models and migrations are made and stay: to look for garbage among them as often as Python does takes a fifth of the time.
SELDOM = (20_000, 20, 20)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdmo.settings")
    from django.core.management import execute_from_command_line

    from cdmo.room import with_room

    gc.set_threshold(*SELDOM)
    with_room(execute_from_command_line)(sys.argv)


if __name__ == "__main__":
    main()
