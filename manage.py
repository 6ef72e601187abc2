#!/usr/bin/env python
"""Command line of the studio: `manage.py up` starts everything, `manage.py help` lists the rest."""

import os
import sys


def main() -> None:
    """Run one management command with the studio's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.conf.settings")
    from django.core.management import execute_from_command_line

    from studio.ops.commandline import prepare

    prepare(sys.argv)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
