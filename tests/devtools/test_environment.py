"""Which Python the virtual environment is made with."""

import sys

import pytest

from devtools import console, environment


@pytest.fixture
def program(tmp_path):
    """Make a program that stands where a Python is looked for."""

    def make(name, line):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)
        return str(path)

    return make


@pytest.fixture
def system(monkeypatch):
    """Say where the system's Python is."""
    monkeypatch.delenv("DEV_PYTHON", raising=False)
    return lambda path: monkeypatch.setattr(environment, "SYSTEM_PYTHON", path)


def test_the_systems_comes_first(system, program):
    system(program("python3", 'echo "$0"'))
    assert environment._choose_python() == environment.SYSTEM_PYTHON


def test_without_one_this_one_goes_on(system):
    system("/nowhere/python3")
    assert environment._choose_python() == sys.executable


def test_what_does_not_start_or_has_no_venv_is_passed_over(system, program):
    system(program("python3", "exit 1"))
    assert environment._choose_python() == sys.executable


def test_another_version_will_not_do(system, monkeypatch):
    monkeypatch.setattr(environment, "OLDEST", (3, 98))
    monkeypatch.setattr(environment, "NEWEST", (3, 99))
    system(sys.executable)
    with pytest.raises(console.Stop, match=r"needs Python 3\.98 to 3\.99"):
        environment._choose_python()


def test_the_named_one_or_none(system, program, monkeypatch):
    system(program("python3", 'echo "$0"'))
    monkeypatch.setenv("DEV_PYTHON", sys.executable)
    assert environment._choose_python() == sys.executable
    monkeypatch.setenv("DEV_PYTHON", "/nowhere/python3")
    with pytest.raises(console.Stop, match="DEV_PYTHON=/nowhere/python3 is not that"):
        environment._choose_python()
