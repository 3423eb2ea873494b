"""docs/requirements.md says how far each requirement is; here it is held to it."""

import glob
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
ROW = re.compile(r"\| R(\d+) \| (\w+) \| (.+) \| ?(.*) \|")
STATES = {"done", "partly", "planned"}


def requirements():
    """Number, state, text and places, as the page lists them."""
    with open(os.path.join(ROOT, "docs", "requirements.md"), encoding="utf-8") as page:
        rows = [ROW.fullmatch(line.rstrip()) for line in page if line.startswith("| R")]
    return [(int(row[1]), row[2], row[3], row[4]) for row in rows]


def numbers_in_tests():
    """The numbers that tests name, as R and the number."""
    found = set()
    places = ("tests/**/*.py", "lifecycle_programs*/tests/**/*.py")
    for place in places:
        for path in glob.glob(os.path.join(ROOT, place), recursive=True):
            if os.path.realpath(path) != os.path.realpath(__file__):
                with open(path, encoding="utf-8") as test:
                    numbers = re.findall(r"\bR(\d{1,3})\b", test.read())
                found.update(map(int, numbers))
    return found


def test_all_of_them_in_order():
    assert [number for number, *_rest in requirements()] == list(range(1, 154))


def test_states():
    for number, state, text, where in requirements():
        assert state in STATES, number
        assert text.endswith("."), number
        assert bool(where.strip()) == (state != "planned"), number


def test_what_is_done_has_a_test():
    named = numbers_in_tests()
    done = {number for number, state, *_rest in requirements() if state == "done"}
    assert not done - named


def test_what_a_test_shows_is_not_only_planned():
    planned = {number for number, state, *_rest in requirements() if state == "planned"}
    assert not planned & numbers_in_tests()
    assert numbers_in_tests() <= set(range(1, 154))


def test_places_exist():
    for number, _state, _text, where in requirements():
        for path in re.findall(r"`([^`]+)`", where):
            assert os.path.exists(os.path.join(ROOT, "lifecycle_programs", path)), (
                number,
                path,
            )
