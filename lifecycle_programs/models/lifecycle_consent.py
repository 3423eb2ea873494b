from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: How somebody said yes or no.
SOURCES = [
    ("form", "Form"),
    ("double_opt_in", "Confirmed by mail"),
    ("order", "Order"),
    ("page", "Preference page"),
    ("one_click", "One-click unsubscribe"),
    ("sms", "Reply to an SMS"),
    ("salesperson", "Told to a salesperson"),
    ("import", "Imported"),
    ("merge", "Merged contacts"),
]

#: In the context while a no that stands among the opt-outs is written into the book.
NOTED = "lifecycle_opt_out_noted"


class LifecycleConsent(models.Model):
    """That an address said yes to a category of messages, or took it back.

    The book only grows: nobody changes or deletes a line, managers included. What holds
    for an address is its latest line. Erasing a person takes the address out of the
    lines and leaves them (`lifecycle.privacy`).
    """

    _name = "lifecycle.consent"
    _description = "Consent"
    _order = "occurred_at desc, id desc"
    _rec_name = "address"

    address = fields.Char(
        required=True, help="Normalised mail address or international number."
    )
    channel = fields.Char(
        compute="_compute_channel",
        store=True,
        help="How messages reach the address: mail, sms.",
    )
    category_id = fields.Many2one(
        "lifecycle.category", required=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner", string="Contact", ondelete="set null", index="btree_not_null"
    )
    state = fields.Selection(
        [("given", "Given"), ("withdrawn", "Withdrawn")],
        string="Consent",
        required=True,
        default="given",
    )
    occurred_at = fields.Datetime(
        string="Date", required=True, default=fields.Datetime.now
    )
    source = fields.Selection(
        SOURCES, string="How", required=True, default="salesperson"
    )
    text = fields.Text(
        string="Text Shown", help="What the person read when saying yes or no."
    )

    _latest = models.Index("(address, category_id, occurred_at)")

    @api.depends("address")
    def _compute_channel(self):
        for consent in self:
            consent.channel = self.env["lifecycle.opt.out"]._get_channel(
                consent.address
            )

    # ------------------------------------------------------------
    # ORM
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever is no marketer writes down what he has just been told, and no
        other proof."""
        told = {"source": "salesperson", "occurred_at": fields.Datetime.now()}
        is_marketer = self.env.su or self.env.user.has_group(
            "lifecycle_programs.group_lifecycle_marketer"
        )
        normalize = self.env["lifecycle.opt.out"]._normalize_address
        consents = super().create(
            [
                vals
                | ({} if is_marketer else told)
                | {"address": normalize(vals.get("address") or "")}
                for vals in vals_list
            ]
        )
        if not self.env.context.get(NOTED):
            consents._opt_out()
        return consents

    def _opt_out(self):
        """A withdrawal that was written down by hand is a no to the category."""
        opt_outs = self.env["lifecycle.opt.out"].sudo().with_context(**{NOTED: True})
        for consent in self:
            if consent.state == "withdrawn":
                opt_outs._opt_out(
                    consent.address,
                    category=consent.category_id,
                    partner=consent.partner_id,
                    source=consent.source,
                )

    def write(self, vals):
        if self:
            raise UserError(
                self.env._(
                    "Consents are a record and are not changed: add a new line instead."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(self.env._("Consents are a record and are not deleted."))

    # ------------------------------------------------------------
    # BOOK
    # ------------------------------------------------------------

    @api.model
    def _note(self, state, address, categories, partner=None, source="page", text=""):
        """Write into the book what an address has said.

        :param str state: ``given`` or ``withdrawn``
        :param str address: normalised
        :param categories: `lifecycle.category`
        :param partner: the contact who said it, if known
        :param str source: one of `SOURCES`
        :param str text: what the person read
        """
        return self.sudo().create(
            [
                {
                    "state": state,
                    "address": address,
                    "category_id": category.id,
                    "company_id": self.env.company.id,
                    "partner_id": partner.id if partner else False,
                    "source": source,
                    "text": text or False,
                }
                for category in categories
            ]
        )

    @api.model
    def _note_yes(self, address, category, partner, source, text):
        """Write a yes into the book that did not come from a link to the address: a
        no of the address stands, since anybody may have typed it in."""
        refused = self.env["lifecycle.opt.out"].sudo()
        if not refused.search_count(
            [("address", "=", address), ("category_id", "=", category.id)], limit=1
        ):
            self._note("given", address, category, partner, source, text)

    @api.model
    def _get_given(self, addresses, categories):
        """Who has said yes to what, and has not taken it back: a yes counts for its
        company, a no for all.

        :return: set of (address, category id)
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT latest.address, latest.category_id
                  FROM (SELECT DISTINCT ON (c.address, c.category_id)
                               c.address, c.category_id, c.state
                          FROM lifecycle_consent c
                         WHERE c.address = ANY(%(addresses)s)
                           AND c.category_id = ANY(%(categories)s)
                           AND (c.company_id = %(company)s OR c.state = 'withdrawn')
                         ORDER BY c.address, c.category_id, c.occurred_at DESC,
                                  c.id DESC) latest
                 WHERE latest.state = 'given'
                """,
                addresses=list(addresses),
                categories=categories.ids,
                company=self.env.company.id,
            )
        )
        return set(rows)
