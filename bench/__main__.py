"""`make bench`: measure, print the table, write results.json. ONLY=schedule names lines; SCALE=small is a smoke run."""

import os
import sys

from liaison.common import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
# The measured databases have a server of their own, set as `make run` sets it.
os.environ["LIAISON_HOME"] = str(embedded.home() / "bench")
os.environ.pop("LIAISON_TEST", None)


def main() -> None:
    embedded.hold()
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    call_command("collectstatic", interactive=False, verbosity=0)

    from bench import admin, calendar, feeds, lines, near, notices, opinions, posters, rota, schedule  # noqa: F401 - each registers its lines

    scale, only = os.environ.get("SCALE") or "full", os.environ.get("ONLY") or ""
    if scale not in lines.SIZES:
        sys.exit(f"SCALE={scale}: one of {', '.join(lines.SIZES)}")
    found = []
    for names, measure in lines.REGISTRY:
        if any(name.startswith(only) for name in names):
            found += [line for line in measure(lines.SIZES[scale]) if line.name.startswith(only)]
            print(lines.show(found[-len(names) :]), flush=True)
    if not found:
        sys.exit(f"ONLY={only}: no such line")
    print("\n" + lines.show(found))
    if scale == "full":
        lines.keep(found)


main()
