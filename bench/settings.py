"""The site as it is served, with one more address: a bare view to compare with."""

from liaison.settings import *  # noqa: F403 - a settings file is a namespace

ROOT_URLCONF = "bench.urls"
