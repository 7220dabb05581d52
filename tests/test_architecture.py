"""The shape of the house, as DESIGN.md draws it: who may import whom, what stands in which room."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps

from liaison.notices import sending
from visits.reminders import again

ROOT = Path(__file__).resolve().parent.parent
ORDER = [
    "liaison.common", "liaison.accounts", "liaison.policy", "liaison.notices", "stations", "representatives", "visits",
    "feedback", "liaison.ledgers", "liaison.dashboard",
]  # fmt: skip
ROOF = {
    "liaison.settings",
    "liaison.urls",
    "liaison.celery",
    "liaison.asgi",
    "liaison.wsgi",
    "liaison.api",
    "liaison.apps",
}
OURS = ("accounts", "policy", "notices", "stations", "representatives", "visits", "feedback", "ledgers", "dashboard")
FORBIDDEN_ROOMS = {"utils", "helpers", "services", "managers"}


def modules():
    for folder in ("liaison", "stations", "representatives", "visits", "feedback"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in file.parts:
                yield file


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def package_of(module: str) -> str | None:
    return next((package for package in ORDER if module == package or module.startswith(package + ".")), None)


def imports(file: Path):
    """Every module that `file` imports, wherever the line stands: an import inside a function points the same way."""
    here = name_of(file).split(".")
    parents = here if file.name == "__init__.py" else here[:-1]
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(parents[: len(parents) - node.level + 1]) if node.level else ""
            start = ".".join(filter(None, [base, node.module]))
            yield start
            yield from (f"{start}.{alias.name}" for alias in node.names)


def test_packages_import_only_what_stands_to_their_left():
    wrong = []
    for file in modules():
        package = package_of(name_of(file))
        if package is None:
            continue
        for target in imports(file):
            other = package_of(target)
            if other and ORDER.index(other) > ORDER.index(package):
                wrong.append(f"{name_of(file)} imports {target}")
    assert wrong == []


def test_nobody_imports_the_roof():
    wrong = [
        f"{name_of(file)} imports {target}"
        for file in modules()
        for target in imports(file)
        if target in ROOF and name_of(file) not in ROOF
    ]
    assert wrong == []


def test_foreign_keys_point_left():
    labels = [package.split(".")[-1] for package in ORDER]
    wrong = []
    for model in apps.get_models():
        if model._meta.app_label not in OURS:
            continue
        for field in model._meta.get_fields():
            target = field.related_model if field.is_relation and field.concrete else None
            there = target._meta.app_label if target is not None else None
            if there in labels and labels.index(there) > labels.index(model._meta.app_label):
                wrong.append(str(field))
    assert wrong == []


def test_no_room_has_a_name_that_says_nothing():
    assert [name_of(file) for file in modules() if file.stem in FORBIDDEN_ROOMS] == []


def test_apps_do_not_talk_by_signals():
    """Receivers of our own rows' signals would hide who calls whom; only libraries' own signals may be heard."""
    heard = re.compile(r"(pre|post)_(save|delete)|m2m_changed")
    assert [name_of(file) for file in modules() if heard.search(file.read_text())] == []


def test_nothing_waits_in_the_broker():
    """Redis gives out again what waits or runs longer than its visibility timeout (an hour): long waits are rows."""
    waits = re.compile(r"\b(eta|countdown|acks_late)\b\s*=|CELERY_TASK_ACKS_LATE")
    assert [name_of(file) for file in modules() if waits.search(file.read_text())] == []
    assert max(sending.BUDGET + sending.LEASE.total_seconds(), again.BUDGET) < 3600


@pytest.mark.parametrize("file", [*modules()], ids=name_of)
def test_a_file_is_short_enough_to_read(file):
    assert len(file.read_text().splitlines()) <= 500


def test_views_without_login_stand_in_public_files_only():
    wrong = [
        name_of(file)
        for file in modules()
        if file.name != "public.py"
        and "public" not in file.parts
        and re.search(r"login_not_required|login_required = False", file.read_text())
    ]
    assert wrong == []


def test_every_table_of_ours_keeps_its_history():
    """Each model is tracked by triggers for insert, update and delete, or is itself a record that cannot change."""
    wanted = {"insert_insert", "update_update", "delete_delete"}
    wrong = {}
    for model in apps.get_models():
        if model._meta.app_label not in OURS:
            continue
        triggers = {trigger.name for trigger in model._meta.triggers}
        if "append_only" not in triggers and not wanted <= triggers:
            wrong[model._meta.label] = sorted(wanted - triggers)
    assert wrong == {}


def test_every_setting_from_the_environment_stands_in_the_operations_manual():
    asked = set(re.findall(r'environ(?:\.get\(|\[)"(\w+)"', (ROOT / "liaison/settings.py").read_text()))
    told = (ROOT / "docs/operations.md").read_text()
    assert {name for name in asked if f"`{name}`" not in told} == {"LIAISON_TEST"}
