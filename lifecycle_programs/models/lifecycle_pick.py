"""What an entry brings along: offers, the next category, the date of a renewal."""

from odoo import api, models
from odoo.tools import SQL

from ..facts import picks
from ..facts.renewal import DUE_NEEDS


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    @api.model
    def _picks(self):
        """What a program can pick for those who enter, by code.

        ``label``: for people. ``payload_types``: the values that the entry gets, by
        name; rules read them as ``entry.<name>``. ``sql``: the method that gives the
        query, see `_pick_sql`. ``nothing``: why somebody stays out for whom there is
        nothing to pick, in the middle of a sentence.
        """
        return {
            "offer": {
                "label": self.env._("Offers that go with the order"),
                "payload_types": {"offered": "text_list", "categories": "text_list"},
                "sql": "_pick_offer_sql",
                "nothing": self.env._("no offer goes with the order"),
            },
            "category": {
                "label": self.env._("The next category not yet bought"),
                "payload_types": {"category": "text", "pitch": "text", "link": "text"},
                "sql": "_pick_category_sql",
                "nothing": self.env._("every category was bought or offered before"),
            },
            "renewal": {
                "label": self.env._("The date of the renewal"),
                "payload_types": {
                    "product": "text",
                    "bought": "text",
                    "category": "text",
                    "due": "datetime",
                    "months": "number",
                },
                "sql": "_pick_renewal_sql",
                "nothing": self.env._("nothing that was bought falls due again"),
            },
        }

    @api.model
    def _selection_pick(self):
        return [(code, pick["label"]) for code, pick in self._picks().items()]

    def _pick_sql(self, alias, now):
        """The pick of this program for one candidate, for a LATERAL join.

        :param alias: alias of the candidate's row, with the columns contact_id,
            customer_id, event_id and event_payload
        :param now: naive UTC
        :return: SELECT of payload (jsonb), entry_key (or NULL for the one of the event)
            and anchor_date; no row when there is nothing to pick
        :rtype: SQL
        """
        self.ensure_one()
        wanted = SQL(
            """
            SELECT %(c)s.contact_id, %(c)s.customer_id, %(c)s.event_id,
                   COALESCE(%(c)s.event_payload, '{}'::jsonb) AS payload
            """,
            c=SQL.identifier(alias),
        )
        return getattr(self, self._picks()[self.pick]["sql"])(wanted, now)

    def _pick_offer_sql(self, wanted, now):
        return self._pick_over(picks.OFFERS_NEEDS, picks.OFFERS, wanted, now)

    def _pick_category_sql(self, wanted, now):
        return self._pick_over(picks.CATEGORY_NEEDS, picks.CATEGORY, wanted, now)

    def _pick_renewal_sql(self, wanted, now):
        return self._pick_over(
            picks.RENEWAL_NEEDS,
            picks.RENEWAL,
            wanted,
            now,
            own_relations=picks.ONLY_ORDERED,
        )

    def _pick_over(self, needs, body, wanted, now, own_relations=()):
        return self.env["lifecycle.fact"]._over(
            needs,
            body,
            self.company_id,
            now,
            wanted,
            own_relations=(picks.ORDERED, *own_relations),
            program=self.id,
        )

    @api.model
    def _renewals_due_rows(self, company, day_from, day_to):
        """SELECT of the purchases that fall due from one moment until before another.

        :param day_from: naive UTC
        :param day_to: naive UTC; purchases up to then are seen
        :return: rows of partner_id (who bought last), product (its name), product_id
            (the template), due and unique_key
        :rtype: SQL
        """
        facts = self.env["lifecycle.fact"]
        return facts._over(
            DUE_NEEDS,
            picks.RENEWALS_DUE,
            company,
            day_to,
            facts._wanted(company, None),
            everybody=True,
            day_from=day_from,
        )
