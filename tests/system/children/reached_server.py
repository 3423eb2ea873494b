"""Run by test_canary: a test that needs the HTTP server must not be skipped."""

from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class ReachedServer(HttpCase):
    def test_server_answers(self):
        self.assertEqual(self.url_open("/web/health").status_code, 200)
