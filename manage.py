#!/usr/bin/env python3
"""Django's command line; commands that need the database find it running."""

import os
import sys

# These read no database. `run` starts the servers itself, once it has seen that its port is free.
WITHOUT_DATABASE = {"help", "version", "messages", "check", "collectstatic", "findstatic", "spectacular", "run"}


def main() -> None:
    """Run one command; a fault that the operator can put right is told in one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")
    from liaison.common import embedded

    try:
        if needs_database(sys.argv[1:]):
            embedded.hold()
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except embedded.Fault as fault:
        sys.exit(f"错误：{fault}")
    except KeyboardInterrupt:
        sys.exit(130)


def needs_database(words: list[str]) -> bool:
    """Whether a command line is worth starting the database for."""
    command = next((word for word in words if not word.startswith("-")), "help")
    return command not in WITHOUT_DATABASE and not {"-h", "--help", "--version"} & set(words)


if __name__ == "__main__":
    main()
