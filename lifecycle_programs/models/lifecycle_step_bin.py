"""The bin of a draft: steps that were taken out, until it is published."""

from odoo import fields, models


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    active = fields.Boolean(
        default=True,
        help="A step that was taken out of a draft is kept, so that it can be put back "
        "as it was, until the draft is published.",
    )


class LifecycleVersion(models.Model):
    _inherit = "lifecycle.version"

    def write(self, vals):
        if vals.get("state") == "published":
            self._empty_bin()
        return super().write(vals)

    def _get_steps_and_bin(self):
        """The steps of these versions, and those that were taken out."""
        return (
            self.env["lifecycle.step"]
            .with_context(active_test=False)
            .search([("version_id", "in", self.ids)])
            .with_env(self.env)
        )

    def _get_bin(self):
        return self._get_steps_and_bin().filtered(lambda step: not step.active)

    def _put_in_bin(self, steps):
        steps.write({"active": False})
        # Their keys are free from now on, also for the database.
        steps.flush_recordset(["active"])
        self.invalidate_recordset(["step_ids"])

    def _take_from_bin(self, steps):
        """Put steps back. One whose key has been given away gets another."""
        given = set((self.step_ids - steps).mapped("key"))
        for step in steps.filtered(lambda step: step.key in given):
            step.key = step._get_free_key({"name": step.key, "version_id": self.id})
        steps.write({"active": True})
        self.invalidate_recordset(["step_ids"])

    def _empty_bin(self):
        self._get_bin().unlink()
