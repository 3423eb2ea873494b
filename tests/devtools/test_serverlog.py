"""Which records of a server log are complaints."""

import re

import pytest

from devtools import console, serverlog

LOG = """\
2026-01-05 10:00:00,001 42 INFO db odoo.modules.loading: all is well
2026-01-05 10:00:00,002 42 WARNING db odoo.addons.x: something odd
2026-01-05 10:00:00,003 42 ERROR ? odoo.addons.y: it broke
Traceback (most recent call last):
  File "x.py", line 1, in <module>
ValueError: WARNING is only a word here
2026-01-05 10:00:00,004 42 CRITICAL db odoo.sql_db: worse
"""


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "server.log"
    path.write_text(LOG)
    return str(path)


def test_warnings_errors_and_their_tracebacks_are_complaints(log):
    found = serverlog.complaints(log, allowed=[])
    assert [text.split()[0] for text in found] == ["WARNING", "ERROR", "CRITICAL"]
    assert "ValueError" in found[1]


def test_allowed_expressions_are_searched_in_the_whole_record(log):
    allowed = [re.compile(r"^odoo\.addons\.x: something"), re.compile("ValueError")]
    found = serverlog.complaints(log, allowed)
    assert found == ["CRITICAL odoo.sql_db: worse"]


def test_every_allowed_expression_has_a_reason(tmp_path):
    serverlog.read_allow_list()
    path = tmp_path / "allow.txt"
    path.write_text("# Odoo's own, harmless.\nodoo\\.x: a\n\nodoo\\.y: b\n")
    with pytest.raises(console.Stop, match=":4: an allowed line needs a reason"):
        serverlog.read_allow_list(str(path))
