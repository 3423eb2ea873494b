"""Fixtures and factories for the tests of Lifecycle Programs.

Time is told, never waited for: the business methods take ``now``, and `at` gives a
moment after the start of the test.
"""

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import TransactionCase, new_test_user


class LifecycleCommon(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.company = cls.env.company
        cls.company.partner_id.tz = "UTC"
        cls.company.lifecycle_suppression_done = True
        cls.start = fields.Datetime.now()
        cls.env["lifecycle.program"].search([]).write({"state": "draft"})
        # Tests run at any hour of any day. Hours have tests of their own.
        cls.env["lifecycle.hours"].search([]).unlink()
        # Nor does anything keep a kind of message from a channel.
        cls.open_channels()
        cls.marketer = new_test_user(
            cls.env,
            "lifecycle_marketer",
            "base.group_user,lifecycle_programs.group_lifecycle_marketer",
        )
        cls.salesperson = new_test_user(
            cls.env,
            "lifecycle_salesperson",
            "base.group_user,sales_team.group_sale_salesman",
        )

    # ------------------------------------------------------------
    # FACTORIES
    # ------------------------------------------------------------

    @classmethod
    def make_contact(cls, name="Liisa Virtanen", **values):
        mail = name.lower().replace(" ", ".") + "@example.com"
        return cls.env["res.partner"].create({"name": name, "email": mail, **values})

    @classmethod
    def make_contacts(cls, count, **values):
        return cls.env["res.partner"].create(
            [
                {"name": f"Person {n}", "email": f"person{n}@example.com", **values}
                for n in range(count)
            ]
        )

    @classmethod
    def open_channels(cls):
        """Every category may take every channel, those that it had first."""
        channels = cls.env["lifecycle.category.channel"]
        codes = [code for code, _name in channels._fields["channel"].selection]
        channels.create(
            [
                {"category_id": category.id, "channel": code, "sequence": 1000}
                for category in cls.env["lifecycle.category"].search([])
                for code in codes
                if code not in category._get_channels()
            ]
        )

    @classmethod
    def event_type(cls, code):
        return cls.env.ref(f"lifecycle_programs.lifecycle_event_type_{code}")

    @classmethod
    def make_program(cls, *steps, publish=True, **values):
        """A program with these steps (dictionaries for `lifecycle.step`), each followed
        by the next unless it says otherwise. ``next`` and the branches' ``next`` name
        the key of another step; ``branches`` is a list of dictionaries.
        """
        code = values.setdefault("code", "test_program")
        program = cls.env["lifecycle.program"].create(
            {"name": code, "start": "manual", "reentry": "never", **values}
        )
        version = cls.env["lifecycle.version"].create({"program_id": program.id})
        keys = [step.get("key", f"step_{n}") for n, step in enumerate(steps)]
        records = {}
        for number, step in enumerate(steps):
            plain = {k: v for k, v in step.items() if k not in ("next", "branches")}
            records[keys[number]] = cls.env["lifecycle.step"].create(
                {
                    "version_id": version.id,
                    "name": keys[number],
                    "key": keys[number],
                    "sequence": number * 10,
                    **plain,
                }
            )
        following = [*keys[1:], None]
        for number, step in enumerate(steps):
            then = step.get("next", following[number])
            records[keys[number]].write(
                {
                    "next_step_id": records[then].id if then else False,
                    "branch_ids": [
                        Command.create(
                            {
                                "name": branch.get("name", "branch"),
                                "rule": branch.get("rule"),
                                "share": branch.get("share", 0),
                                "event_type_ids": [
                                    Command.set(
                                        [
                                            cls.event_type(one).id
                                            for one in branch.get("events", [])
                                        ]
                                    )
                                ],
                                "next_step_id": records[branch["next"]].id,
                            }
                        )
                        for branch in step.get("branches", [])
                    ],
                }
            )
        if publish:
            program.action_publish()
        return program

    def make_event(self, code, partner, when=None, **payload):
        """An event as a hook writes it, not yet worked off."""
        return self.env["lifecycle.event"].create(
            {
                "type_id": self.event_type(code).id,
                "partner_id": partner.id,
                "company_id": self.company.id,
                "occurred_at": when or self.start,
                "payload": payload,
            }
        )

    # ------------------------------------------------------------
    # TIME
    # ------------------------------------------------------------

    def at(self, **delta):
        return self.start + timedelta(**delta)

    def consume(self, **delta):
        """Work off the events that wait at that moment."""
        self.env["lifecycle.event"]._flush_pending()
        return self.env["lifecycle.event"]._consume(self.at(**delta))[0]

    def run_due(self, **delta):
        """Run the steps that are due at that moment, as often as it takes."""
        self.env["lifecycle.event"]._flush_pending()
        total = 0
        while done := self.env["lifecycle.enrolment"]._run_due(self.at(**delta)):
            total += done
        return total

    # ------------------------------------------------------------
    # ASSERTS
    # ------------------------------------------------------------

    def enrolment_of(self, partner, program):
        return self.env["lifecycle.enrolment"].search(
            [("partner_id", "=", partner.id), ("program_id", "=", program.id)]
        )

    def assertSteps(self, enrolment, expected):
        """The steps taken, in their order: "key outcome" or "key outcome reason" each.
        What held them up before is left out; see `assertHolds`."""
        self.assertEqual(self._list_runs(enrolment, "!="), expected)

    def assertHolds(self, enrolment, expected):
        """What held steps up, in their order: "key held reason" each."""
        self.assertEqual(self._list_runs(enrolment, "="), expected)

    def _list_runs(self, enrolment, is_held):
        runs = self.env["lifecycle.step.run"].search(
            [("enrolment_id", "in", enrolment.ids), ("outcome", is_held, "held")],
            order="enrolment_id, visit, id",
        )
        return [
            " ".join(filter(None, (run.step_id.key, run.outcome, run.reason)))
            for run in runs
        ]
