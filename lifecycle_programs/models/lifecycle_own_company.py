"""Nobody hands a record, or a program, to a company that is none of theirs.

Odoo asks the record rules before a record is written, not after: whoever may write a
program could give it the id of another company, as which it would then run.
"""

from odoo import api, models

# The fields by which record rules tell whose a record is.
OWNERS = {"company_id", "program_id", "version_id", "step_id"}


class LifecycleOwnCompany(models.AbstractModel):
    """A record of one company, by itself or by the program that it is a part of."""

    _name = "lifecycle.own.company"
    _description = "Record of One Company"

    def write(self, vals):
        result = super().write(vals)
        if OWNERS & vals.keys():
            self.check_access("write")
        return result


class LifecycleProgram(models.Model):
    _name = "lifecycle.program"
    _inherit = ["lifecycle.program", "lifecycle.own.company"]


class LifecycleProgramParameter(models.Model):
    _name = "lifecycle.program.parameter"
    _inherit = ["lifecycle.program.parameter", "lifecycle.own.company"]


class LifecycleOffer(models.Model):
    _name = "lifecycle.offer"
    _inherit = ["lifecycle.offer", "lifecycle.own.company"]


class LifecycleVersion(models.Model):
    _name = "lifecycle.version"
    _inherit = ["lifecycle.version", "lifecycle.own.company"]


class LifecycleStep(models.Model):
    _name = "lifecycle.step"
    _inherit = ["lifecycle.step", "lifecycle.own.company"]

    @api.model_create_multi
    def create(self, vals_list):
        self._check_own_messages(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_own_messages([vals])
        return super().write(vals)

    @api.model
    def _check_own_messages(self, vals_list):
        """Whoever uses a message may read it from then on, so they have to before."""
        ids = {vals["message_id"] for vals in vals_list if vals.get("message_id")}
        self.env["lifecycle.message"].browse(ids).check_access("read")


class LifecycleStepBranch(models.Model):
    _name = "lifecycle.step.branch"
    _inherit = ["lifecycle.step.branch", "lifecycle.own.company"]


class LifecycleContent(models.Model):
    _name = "lifecycle.content"
    _inherit = ["lifecycle.content", "lifecycle.own.company"]


class LifecycleExclusionGroup(models.Model):
    _name = "lifecycle.exclusion.group"
    _inherit = ["lifecycle.exclusion.group", "lifecycle.own.company"]


class LifecyclePeriod(models.Model):
    _name = "lifecycle.period"
    _inherit = ["lifecycle.period", "lifecycle.own.company"]


class LifecycleCap(models.Model):
    _name = "lifecycle.cap"
    _inherit = ["lifecycle.cap", "lifecycle.own.company"]


class LifecycleHours(models.Model):
    _name = "lifecycle.hours"
    _inherit = ["lifecycle.hours", "lifecycle.own.company"]


class LifecycleBlackout(models.Model):
    _name = "lifecycle.blackout"
    _inherit = ["lifecycle.blackout", "lifecycle.own.company"]


class LifecycleWebhook(models.Model):
    _name = "lifecycle.webhook"
    _inherit = ["lifecycle.webhook", "lifecycle.own.company"]


class LifecycleComplaint(models.Model):
    _name = "lifecycle.complaint"
    _inherit = ["lifecycle.complaint", "lifecycle.own.company"]
