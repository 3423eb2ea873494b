"""Lists, pivot tables and graphs that are grouped by a code say it in words."""

from odoo.fields import Domain
from odoo.tests import tagged

from .common import LifecycleCommon

WEEK = {"type": "wait", "wait_value": 7, "key": "week"}


@tagged("lifecycle", "post_install", "-at_install")
class TestGroupWords(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fi_FI")
        cls.program = cls.make_program(WEEK)

    def leave(self, *codes):
        contacts = self.make_contacts(len(codes))
        enrolments = self.program._enrol_partners(contacts, self.start)
        for enrolment, code in zip(enrolments, codes, strict=True):
            enrolment._leave("exited", code, self.start)
        return enrolments

    def group(self, records, field):
        """The codes in each group, by what the group is called."""
        own = Domain("id", "in", records.ids)
        found = records.formatted_read_group(own, [field], ["__count"])
        (same,) = records.formatted_read_grouping_sets(own, [[field]], ["__count"])
        self.assertEqual(same, found)
        held = {}
        for group in found:
            inside = records.search(own & Domain(group["__extra_domain"]))
            self.assertEqual(len(inside), group["__count"])
            held[group[field]] = set(inside.mapped(field))
        return held

    def test_how_people_left(self):
        cancelled = self.event_type("order_cancelled")
        codes = ("by_hand", "by_hand", "goal", cancelled.code, "undelivered", "former")
        left = self.leave(*codes)
        left |= self.program._enrol_partners(self.make_contact(), self.start)
        self.assertEqual(
            self.group(left, "end_reason"),
            {
                "taken out by hand": {"by_hand"},
                "the goal was reached": {"goal"},
                cancelled.name: {cancelled.code},
                "it did not arrive": {"undelivered"},
                "former": {"former"},
                False: {False},
            },
        )
        finnish = left.with_context(lang="fi_FI")
        self.assertIn("tavoite saavutettiin", self.group(finnish, "end_reason"))
        self.assertEqual(
            {text or False for text in finnish.mapped("end_text")},
            set(self.group(finnish, "end_reason")),
        )
        self.assertEqual(set(left.mapped("end_reason")), {*codes, False})

    def test_the_words_are_looked_up_once(self):
        def count(records):
            records.formatted_read_group([("id", "in", records.ids)], ["end_reason"])
            before = self.env.cr.sql_log_count
            records.formatted_read_group([("id", "in", records.ids)], ["end_reason"])
            return self.env.cr.sql_log_count - before

        left = self.leave("by_hand", "goal", "veto", "merged", "order_cancelled")
        self.assertEqual(count(left), count(left[0]))

    def test_two_codes_with_the_same_words_stay_apart(self):
        self.env["lifecycle.event.type"].create(
            [{"name": "Moved away", "code": code} for code in ("here", "there")]
        )
        groups = self.group(self.leave("here", "there"), "end_reason")
        self.assertEqual(
            groups, {"Moved away (here)": {"here"}, "Moved away (there)": {"there"}}
        )

    def test_why_a_step_was_skipped_and_of_which_kind_it_was(self):
        (enrolment,) = self.leave("by_hand")
        runs = self.env["lifecycle.step.run"].create(
            [
                {
                    "enrolment_id": enrolment.id,
                    "step_id": self.program.version_id.step_ids[0].id,
                    "visit": visit,
                    "program_id": self.program.id,
                    "company_id": self.company.id,
                    "partner_id": enrolment.partner_id.id,
                    "step_type": "wait",
                    "outcome": "skipped",
                    "reason": reason,
                    "scheduled_at": self.start,
                    "run_at": self.start,
                }
                for visit, reason in enumerate(("cap", "former"))
            ]
        )
        self.assertEqual(
            self.group(runs, "reason"),
            {"enough messages in these days": {"cap"}, "former": {"former"}},
        )
        kinds = dict(runs.fields_get(["step_type"])["step_type"]["selection"])
        self.assertEqual(kinds["wait"], "Wait")

    def test_how_discounts_ended(self):
        reasons = ("time_over", "order_cancelled", "merged", "used", "former")
        grants = self.env["lifecycle.grant"].create(
            [
                {
                    "company_id": self.company.id,
                    "partner_id": contact.id,
                    "commercial_partner_id": contact.id,
                    "kind": "coupon",
                    "starts_at": self.start,
                    "ends_at": self.start,
                    "state": "ended",
                    "end_reason": reason,
                }
                for contact, reason in zip(
                    self.make_contacts(len(reasons)), reasons, strict=True
                )
            ]
        )
        words = [
            "its time was over",
            self.event_type("order_cancelled").name,
            "merged with another contact",
            "Used",
            "former",
        ]
        self.assertEqual(grants.mapped("end_text"), words)
        self.assertEqual(set(self.group(grants, "end_reason")), set(words))
