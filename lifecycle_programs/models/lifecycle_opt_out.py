from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, email_normalize

from ..engine.phone import normalise_phone
from .lifecycle_consent import NOTED, SOURCES


class LifecycleOptOut(models.Model):
    """What an address has said no to: a category of messages, or one program.

    Kept by address (normalised mail or E.164 number), not by contact, because the
    same address may stand on several contacts.
    """

    _name = "lifecycle.opt.out"
    _description = "Opt-out"
    _order = "opted_out_at desc, id desc"
    _rec_name = "address"

    address = fields.Char(
        required=True, help="Normalised mail address or international number."
    )
    channel = fields.Char(
        compute="_compute_channel",
        store=True,
        help="How messages reach the address: mail, sms. The address says it, so a no "
        "counts for its channel alone.",
    )
    category_id = fields.Many2one("lifecycle.category", ondelete="cascade")
    program_id = fields.Many2one(
        "lifecycle.program", ondelete="cascade", index="btree_not_null"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Contact", ondelete="set null", index="btree_not_null"
    )
    opted_out_at = fields.Datetime(
        string="Date", required=True, default=fields.Datetime.now
    )
    source = fields.Selection(SOURCES, required=True, default="salesperson")

    _category_once = models.UniqueIndex(
        "(address, category_id) WHERE category_id IS NOT NULL",
        "This address has said no to this category already.",
    )
    _program_once = models.UniqueIndex(
        "(address, program_id) WHERE program_id IS NOT NULL",
        "This address has said no to this program already.",
    )
    _one_target = models.Constraint(
        "CHECK (num_nonnulls(category_id, program_id) = 1)",
        "An opt-out names either a category or a program.",
    )

    @api.depends("address")
    def _compute_channel(self):
        for opt_out in self:
            opt_out.channel = self._get_channel(opt_out.address)

    @api.model_create_multi
    def create(self, vals_list):
        """By hand or by import: addresses are kept in their normal form."""
        for vals in vals_list:
            if vals.get("address"):
                vals["address"] = self._normalize_address(vals["address"])
        opt_outs = super().create(vals_list)
        opt_outs._note_withdrawals()
        return opt_outs

    def write(self, vals):
        if vals.get("address"):
            vals = dict(vals, address=self._normalize_address(vals["address"]))
        return super().write(vals)

    @api.model
    def _get_channel(self, address):
        """The channel that an address belongs to."""
        return "mail" if "@" in (address or "") else "sms"

    @api.model
    def _normalize_address(self, address):
        """The normal form that the checks before sending compare with."""
        if "@" in address:
            normal = email_normalize(address)
        else:
            normal = normalise_phone(address, self.env.company.country_id.code)
        if not normal:
            raise ValidationError(
                self.env._(
                    "“%(address)s” is neither a mail address nor a phone number.",
                    address=address,
                )
            )
        return normal

    @api.model
    def _opt_out(
        self, address, category=None, program=None, partner=None, source="page"
    ):
        """An address says no to a category of messages, or to a program.

        Doing it twice changes nothing. The event ``unsubscribed`` tells the programs of
        every contact with that address.

        :param str address: mail address or number; normalised here
        :param category: `lifecycle.category`, or
        :param program: `lifecycle.program`
        :param partner: the contact who said it, if known
        :param str source: one of the sources of an opt-out
        :return: whether this is new
        """
        address = self._normalize_address(address)
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO lifecycle_opt_out (
                    address, channel, category_id, program_id, partner_id,
                    opted_out_at, source,
                    create_uid, create_date, write_uid, write_date
                ) VALUES (%(address)s, %(channel)s, %(category)s, %(program)s,
                          %(partner)s, %(now)s, %(source)s,
                          %(uid)s, %(now)s, %(uid)s, %(now)s)
                ON CONFLICT DO NOTHING
                RETURNING id
                """,
                address=address,
                channel=self._get_channel(address),
                category=category.id if category else None,
                program=program.id if program else None,
                partner=partner.id if partner else None,
                now=fields.Datetime.now(),
                source=source,
                uid=self.env.uid,
            )
        )
        if not rows:
            return False
        self.invalidate_model()
        opt_out = self.browse(rows[0][0])
        opt_out._note_withdrawals()
        opt_out._emit_unsubscribed()
        return True

    def _note_withdrawals(self):
        """A no to a category takes back the consent to it."""
        if self.env.context.get(NOTED):
            return
        consents = self.env["lifecycle.consent"].sudo().with_context(**{NOTED: True})
        consents.create(
            [
                {
                    "state": "withdrawn",
                    "address": opt_out.address,
                    "category_id": opt_out.category_id.id,
                    "partner_id": opt_out.partner_id.id,
                    "occurred_at": opt_out.opted_out_at,
                    "source": opt_out.source,
                }
                for opt_out in self.sudo()
                if opt_out.category_id
            ]
        )

    def _emit_unsubscribed(self):
        """Tell the programs of all contacts with this address."""
        self.ensure_one()
        opt_out = self.sudo()
        partners = opt_out.partner_id | opt_out._get_contacts()
        events = self.env["lifecycle.event"]
        company_ids = opt_out.program_id.company_id.ids
        events._emit(
            "unsubscribed",
            [
                {
                    "partner_id": partner.id,
                    "company_id": company_id,
                    "occurred_at": opt_out.opted_out_at,
                    "payload": {
                        "category": opt_out.category_id.code or "",
                        "program": opt_out.program_id.code or "",
                    },
                }
                for partner in partners
                for company_id in company_ids or events._get_company_ids(partner)
            ],
        )

    def _get_contacts(self):
        """The contacts that the address stands on."""
        column = "email_normalized" if "@" in self.address else "phone_sanitized"
        return self.env["res.partner"].search([(column, "=", self.address)])

    @api.model
    def _opt_in(self, address, category, partner=None, source="page", text=""):
        """The address takes its no to a category back, and says yes.

        :param str text: what the person read
        """
        address = self._normalize_address(address)
        self.search(
            [("address", "=", address), ("category_id", "=", category.id)]
        ).unlink()
        self.env["lifecycle.consent"]._note(
            "given", address, category, partner, source, text
        )
