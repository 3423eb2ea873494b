"""The committed libraries of the web client are what their lock files say."""

import os

import pytest

from devtools import vendoring

LIBRARIES = sorted(vendoring.LIBRARIES)


@pytest.mark.parametrize("name", LIBRARIES)
def test_built_from_the_locked_versions(name):
    recorded = vendoring.recorded(name)
    locked = vendoring.locked(name)
    assert recorded.items() <= locked.items()
    # What is asked for by name is used; the bundler itself is not part of the result.
    asked = {package for package in locked if package.startswith(f"@{name}/")}
    assert asked and asked <= set(recorded)
    assert "esbuild" not in recorded


@pytest.mark.parametrize("name", LIBRARIES)
def test_every_package_has_its_licence(name):
    with open(os.path.join(vendoring.folder(name), "LICENSE")) as handle:
        licences = handle.read()
    assert all(package in licences for package in vendoring.recorded(name))


@pytest.mark.parametrize("name", LIBRARIES)
def test_the_lock_names_no_place(name):
    """Whoever builds uses the registry of their own settings."""
    lock = os.path.join(vendoring.SOURCES, name, "package-lock.json")
    with open(lock) as handle:
        assert "://" not in handle.read()


@pytest.mark.parametrize("name", LIBRARIES)
def test_small_enough_to_load_on_a_phone(name):
    assert os.path.getsize(vendoring.script(name)) < 400 * 1024
