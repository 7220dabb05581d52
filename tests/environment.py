"""What stands before Django reads its settings: a data folder of the tests' own, and its servers running.

A pytest plugin (see addopts), because pytest-django reads the settings before any conftest.
"""

import os

os.environ.setdefault("LIAISON_TEST", "1")
os.environ.setdefault("LIAISON_HOME", "var/test")
os.environ.setdefault("LIAISON_CACHE_PREFIX", os.environ.get("PYTEST_XDIST_WORKER", "test"))

from liaison.common import embedded  # it reads the folder from the environment

embedded.hold()
