"""Sunset: who reacts to nothing is asked once whether to stop, then left in peace."""

from odoo import api, fields, models

ASKED = "engagement.asked_to_stop_at"


class LifecycleMessage(models.Model):
    _inherit = "lifecycle.message"

    asks_to_stop = fields.Boolean(
        string="Asks Whether to Stop",
        help="After this message marketing rests until the contact opens, clicks, "
        "answers or buys. It is sent once for each silence.",
    )


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    @api.model
    def _gate_checks(self):
        checks = super()._gate_checks()
        place = checks.index("_gate_customer_pause")
        return [*checks[:place], "_gate_sunset", *checks[place:]]

    def _gate_sunset(self, batch):
        """Whoever was asked and has not reacted since gets no marketing, the question
        included."""
        if not batch.category.is_capped:
            return
        asked = batch.partners._get_lifecycle_asked(self.env.company, batch.now)
        if not asked:
            return
        for enrolment in batch.enrolments:
            if enrolment.partner_id.id in asked:
                batch.skip(enrolment, "sunset")


class LifecycleFact(models.AbstractModel):
    _inherit = "lifecycle.fact"

    @api.model
    def _constants(self, company, as_of):
        return super()._constants(company, as_of) | {
            "sunset_messages": company.lifecycle_sunset_messages
        }


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _get_lifecycle_asked(self, company, now):
        """When those of these contacts were asked who have not reacted since.

        :return: dict of moment per contact id
        """
        # Most have never been asked: whether they reacted is looked up for the others.
        if not company.lifecycle_sunset_messages:
            return {}
        runs = self.env["lifecycle.step.run"].sudo()
        rows = runs._read_group(
            [
                ("partner_id", "in", self.ids),
                ("company_id", "=", company.id),
                ("message_id.asks_to_stop", "=", True),
                ("outcome", "=", "done"),
                ("run_at", "<=", now),
            ],
            ["partner_id"],
        )
        if not rows:
            return {}
        contacts = [partner.id for (partner,) in rows]
        values = self.env["lifecycle.fact"]._read(contacts, [ASKED], company, now)
        return {
            contact_id: found[ASKED]
            for contact_id, found in values.items()
            if found[ASKED]
        }

    @api.depends_context("allowed_company_ids", "lang", "tz")
    def _compute_lifecycle_rest_reason(self):
        """Whoever was asked whether to stop and has not reacted says so, too."""
        result = super()._compute_lifecycle_rest_reason()
        others = self.filtered(lambda one: one.id and not one.lifecycle_rest_reason)
        asked = others._get_lifecycle_asked(self.env.company, fields.Datetime.now())
        for partner in others.filtered(lambda one: one.id in asked):
            partner.lifecycle_rest_reason = self.env._(
                "Marketing has stopped: no reaction to the question of %s whether to "
                "stop. A click, an answer or an order starts it again.",
                self.env["lifecycle.program"]._say_day(asked[partner.id]),
            )
        return result


class ResCompany(models.Model):
    _inherit = "res.company"

    lifecycle_sunset_messages = fields.Integer(
        string="Silence after (messages)",
        default=12,
        help="So many marketing messages in a row without a reaction count as silence. "
        "The program “Shall we stop?” then asks once, and marketing stops until the "
        "contact reacts. 0 means never.",
    )

    _lifecycle_sunset_positive = models.Constraint(
        "CHECK (lifecycle_sunset_messages >= 0)",
        "The number of messages cannot be negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    lifecycle_sunset_messages = fields.Integer(
        related="company_id.lifecycle_sunset_messages", readonly=False
    )
