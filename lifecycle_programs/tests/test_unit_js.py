"""The unit tests of the web client's parts (Hoot), in a real browser."""

from odoo.tests import HttpCase, no_retry, tagged

SUITE = "@lifecycle_programs"


def suite_id(name):
    """The id that Hoot gives to a suite."""
    number = 0
    for letter in name:
        number = ((number << 5) - number + ord(letter)) & 0xFFFFFFFF
    return f"{number:08x}"


@tagged("lifecycle", "post_install", "-at_install")
class TestUnitJs(HttpCase):
    @no_retry
    def test_desktop(self):
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
            f"&id={suite_id(SUITE)}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )
