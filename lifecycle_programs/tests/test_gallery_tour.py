"""The marketer's way: gallery, Use, answers, count, draft, rehearsed, published."""

from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import LifecycleCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestGalleryTour(LifecycleCommon, HttpCase):
    def test_marketer_from_gallery_to_published(self):
        """Somebody who has read nothing has a program running (R137)."""
        user = new_test_user(
            self.env,
            "lifecycle_gallery_tour",
            "base.group_user,lifecycle_programs.group_lifecycle_marketer",
        )
        now = fields.Datetime.now()
        quiet, lately = (
            self.make_contact("Quiet User"),
            self.make_contact("Lately Here"),
        )
        for contact, days in ((quiet, 12), (lately, 8)):
            self.make_event("product_used", contact, now - timedelta(days=days))
        self.consume()
        self.start_tour("/odoo", "lifecycle_programs_gallery", login=user.login)
        program = self.env["lifecycle.program"].search(
            [("gallery_key", "=", "winback")]
        )
        self.assertEqual(program.state, "running")
        self.assertEqual(program.user_id, user)
        self.assertEqual(program.parameter_ids.value, 10)
        # The first look at all contacts lets in whom the gallery counted.
        self.env["lifecycle.program"]._scan(fields.Datetime.now())
        self.assertEqual(program.enrolment_ids.partner_id, quiet)
