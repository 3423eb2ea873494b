"""Which run a path given to `./dev test` belongs to."""

import pytest

from devtools import browser, console, paths, testing


@pytest.fixture(autouse=True)
def at_root(monkeypatch):
    monkeypatch.chdir(paths.ROOT)


def test_without_paths_every_kind_runs_with_the_options():
    runs, options = testing.plan(["-x", "-k", "tests"])
    assert list(runs)[0] == "pure"
    assert runs["system"] == ["tests/system"]
    assert runs["addon"] == ["lifecycle_programs"]
    assert options == ["-x", "-k", "tests"]


def test_a_path_selects_its_run_and_keeps_the_test_named():
    path = "tests/devtools/test_testing.py::test_x"
    assert testing.plan([path, "-q"]) == ({"pure": [path]}, ["-q"])
    path = "lifecycle_programs/tests"
    assert testing.plan([path]) == ({"addon": [path]}, [])


def test_a_folder_above_selects_all_within():
    runs, _options = testing.plan(["tests"])
    assert set(runs) == {"pure", "system"}


def test_a_place_without_tests_is_refused():
    with pytest.raises(console.Stop, match="devtools holds no tests"):
        testing.plan(["devtools"])


def test_no_browser_is_loud_and_with_ci_a_failure(monkeypatch, capsys):
    def fetch():
        raise console.Stop("No network here.")

    monkeypatch.setattr(browser, "_find", lambda: None)
    monkeypatch.setattr(browser, "_fetch", fetch)
    monkeypatch.delenv("CI", raising=False)
    assert browser.ensure() is None
    assert "browser tests are SKIPPED" in capsys.readouterr().err
    monkeypatch.setenv("CI", "1")
    with pytest.raises(console.Stop, match="No browser.*No network here"):
        browser.ensure()
