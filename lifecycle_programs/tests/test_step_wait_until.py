"""Waiting for what people do: this link, this topic, this answer, an order."""

from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .common import LifecycleCommon

END = {"type": "end", "key": "end"}


@tagged("lifecycle")
class TestWaitUntil(LifecycleCommon):
    def make_wait(self, *branches, **values):
        """A program that waits three days; each branch leads to a step of its name."""
        program = self.make_program(
            {
                "type": "wait_until",
                "wait_value": 3,
                "key": "wait",
                "next": "nothing",
                "branches": [
                    {
                        "name": branch["name"],
                        "events": branch["events"],
                        "next": branch["name"],
                    }
                    for branch in branches
                ],
            },
            *(
                {"type": "wait", "wait_value": 9, "key": branch["name"], "next": "end"}
                for branch in branches
            ),
            {"type": "wait", "wait_value": 9, "key": "nothing", "next": "end"},
            END,
            publish=False,
            **values,
        )
        step = program.draft_version_id._get_first_step()
        for line, branch in zip(step.branch_ids, branches, strict=True):
            line.write({k: v for k, v in branch.items() if k not in ("name", "events")})
        program.action_publish()
        return program

    def reach(self, program, code, /, **payload):
        """The step where one new contact ends up after an event."""
        contact = self.make_contact(f"Person {code} {len(payload)} {payload}"[:60])
        enrolment = program._enrol_partners(contact, self.start)
        self.run_due()
        self.make_event(code, contact, self.at(days=1), **payload)
        self.consume(days=1)
        self.run_due(days=1)
        return enrolment.step_id.key

    def test_link_topic_reply_order_answer(self):
        """A wait ends on a given link, a topic, a reply, an answer, an order (R65,
        R66); what was not waited for does not count."""
        tents = self.env["lifecycle.topic"].create({"name": "Tents", "code": "tents_x"})
        program = self.make_wait(
            {"name": "prices", "events": ["mail_clicked"], "link": " /Prices "},
            {"name": "tents", "events": ["mail_clicked"], "topic_id": tents.id},
            {"name": "replied", "events": ["mail_replied"]},
            {"name": "yes", "events": ["answer_given"], "answer": "yes"},
            {
                "name": "bought",
                "events": ["order_confirmed"],
                "rule": "event.amount > 100",
            },
        )
        site = "https://acme.example"
        reach = self.reach
        self.assertEqual(
            reach(program, "mail_clicked", url=f"{site}/prices/2026"), "prices"
        )
        self.assertEqual(
            reach(program, "mail_clicked", url=site, topic="tents_x"), "tents"
        )
        self.assertEqual(reach(program, "mail_clicked", url=f"{site}/about"), "wait")
        self.assertEqual(reach(program, "mail_replied"), "replied")
        self.assertEqual(reach(program, "answer_given", answer="yes"), "yes")
        self.assertEqual(reach(program, "answer_given", answer="no"), "wait")
        self.assertEqual(reach(program, "order_confirmed", amount=150), "bought")
        self.assertEqual(reach(program, "order_confirmed", amount=50), "wait")
        # A click in another program's message says nothing about this one.
        self.assertEqual(
            reach(program, "mail_clicked", url=f"{site}/prices", program="other"),
            "wait",
        )

    def test_a_click_on_a_link_or_a_reply(self):
        """What narrows clicks down leaves the branch's other events alone."""
        program = self.make_wait(
            {"name": "warm", "events": ["mail_clicked", "mail_replied"], "link": "/a"}
        )
        branch = program.version_id._get_first_step().branch_ids
        self.assertEqual(
            branch._get_rule(),
            '(event.url == null or $contains($lower(event.url), "/a"))',
        )
        self.assertEqual(self.reach(program, "mail_replied"), "warm")
        self.assertEqual(self.reach(program, "mail_clicked", url="/b"), "wait")
        self.assertEqual(self.reach(program, "mail_clicked", url="/a/b"), "warm")
        self.assertIn("/a", branch.summary)

    def test_a_rule_is_told_in_words(self):
        branch = {"name": "big", "rule": "event.amount > 100", "next": "end"}
        branch["events"] = ["order_confirmed"]
        wait = {"type": "wait_until", "wait_value": 3, "branches": [branch]}
        program = self.make_program(wait, END, publish=False)
        branch = program.draft_version_id._get_first_step().branch_ids
        self.assertRegex(branch.summary, "Amount.* 100")
        self.assertNotIn("event.", branch.summary)
        branch.rule = "event.amount >"
        self.assertIn("event.amount >", branch.summary, "unfinished")

    def test_what_is_typed_stays_text(self):
        program = self.make_wait(
            {
                "name": "odd",
                "events": ["answer_given"],
                "answer": 'no" or true or "',
                "rule": "contact.has_email or contact.has_phone",
            }
        )
        branch = program.version_id._get_first_step().branch_ids
        self.assertEqual(
            branch._get_rule(),
            'event.answer == "no\\" or true or \\"" and '
            "(contact.has_email or contact.has_phone)",
        )
        self.assertEqual(self.reach(program, "answer_given", answer="yes"), "wait")

    def test_not_clicked_counts_from_the_send(self):
        """Who has only opened goes the way of those who have not clicked, three days
        after the message went out and not a moment later (R63)."""
        message = self.env["lifecycle.message"].create(
            {"name": "Offer", "subject": "Offer", "body": "<p>Look</p>"}
        )
        program = self.make_program(
            {"type": "mail", "key": "offer", "message_id": message.id},
            {
                "type": "wait_until",
                "wait_value": 3,
                "key": "clicked",
                "branches": [{"events": ["mail_clicked"], "next": "warm"}],
                "next": "stronger",
            },
            {"type": "wait", "wait_value": 9, "key": "warm", "next": "end"},
            {"type": "wait", "wait_value": 9, "key": "stronger", "next": "end"},
            END,
        )
        contact = self.make_contact()
        enrolment = program._enrol_partners(contact, self.start)
        self.run_due()
        sent = enrolment.step_run_ids
        self.assertEqual(sent.step_id.key, "offer")
        self.make_event("mail_opened", contact, self.at(days=2), program=program.code)
        self.consume(days=2)
        self.run_due(days=2, hours=23)
        self.assertEqual(enrolment.due_at - sent.run_at, timedelta(days=3))
        self.run_due(days=3)
        self.assertEqual(enrolment.step_id.key, "stronger")

    def test_the_form_offers_what_the_event_tells(self):
        branch = self.env["lifecycle.step.branch"].new(
            {"event_type_ids": [Command.link(self.event_type("mail_clicked").id)]}
        )
        self.assertIn("url", branch.event_values)
        self.assertIn("topic", branch.event_values)
        self.assertNotIn("answer", branch.event_values)
