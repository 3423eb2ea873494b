"""The checks before sending that ask what the customer wants."""

from odoo import models


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _gate_consent(self, batch):
        """Where the category asks for a yes, silence is a no."""
        if not batch.category.requires_consent:
            return
        given = self.env["lifecycle.consent"]._get_given(
            batch.all_addresses, batch.category
        )
        for enrolment in batch.enrolments:
            if (batch.addresses[enrolment], batch.category.id) not in given:
                batch.skip(enrolment, "no_consent")

    def _gate_customer_pause(self, batch):
        """The program stands still while the customer rests from marketing. What has
        become too late meanwhile is skipped, so that no flood follows."""
        if not batch.category.is_capped:
            return
        rests = self.env["lifecycle.pause"]._get_until(batch.all_addresses, batch.now)
        if not rests:
            return
        for enrolment in batch.enrolments:
            until = rests.get(batch.addresses[enrolment])
            if until:
                batch.hold(enrolment, "customer_pause", until)
