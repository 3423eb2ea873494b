"""Which companies' programs hear of what happens to a contact."""

from odoo import api, models
from odoo.tools import ormcache


class LifecycleEvent(models.Model):
    _inherit = "lifecycle.event"

    @api.model
    def _get_company_ids(self, partner):
        """The companies that an event of a contact belongs to, when nothing but the
        contact tells: its own, or for one that companies share all that have programs;
        the current one if none has. Each gets a row of its own."""
        return (
            partner.sudo().company_id.ids
            or self.env["lifecycle.program"]._get_listening_company_ids()
            or [self._company_id()]
        )


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    @api.model_create_multi
    def create(self, vals_list):
        programs = super().create(vals_list)
        self.env.registry.clear_cache()
        return programs

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"state", "active", "company_id"}:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    @ormcache()
    def _get_listening_company_ids(self):
        """The companies with programs that somebody can enter or be in."""
        groups = self.sudo()._read_group(
            [("state", "!=", "draft"), ("active", "=", True)], ["company_id"]
        )
        return [company.id for (company,) in groups]
