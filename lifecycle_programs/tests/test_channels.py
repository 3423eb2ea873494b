"""Which channel a message takes, and what comes after one that does not reach."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.modules.migration import load_script
from odoo.tests import new_test_user, tagged
from odoo.tools import convert_file
from odoo.tools.misc import file_path

from odoo.addons.sms.tools.sms_api import SmsApi

from .messages_common import CATEGORY, MessageCommon

SHIPPED = ["mail", "push", "in_app", "sms"]


class ChannelCommon(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.fi")
        cls.category = cls.env.ref(CATEGORY + "service")
        cls.set_channels("mail", "sms")

    @classmethod
    def set_channels(cls, *codes):
        cls.category.channel_ids.unlink()
        cls.env["lifecycle.category.channel"].create(
            [
                {"category_id": cls.category.id, "channel": code, "sequence": place}
                for place, code in enumerate(codes)
            ]
        )

    @classmethod
    def make_step(cls, code="test_program", **texts):
        message = cls.make_message(
            channel="order",
            category="service",
            **{"body_text": "Hello {{ contact.name }}", **texts},
        )
        return cls.make_mail_step(message, step={"type": "message"}, code=code)

    def deliver(self, step, partner, **delta):
        enrolment = self.enrolment_of(partner, step.program_id) or self.enrol(
            step, partner
        )
        self.run_due(**delta)
        return enrolment

    def send_again(self, **delta):
        """What came back, by the next channel."""
        return self.env["lifecycle.undelivered"]._send_due(self.at(**delta))

    def assertWays(self, enrolment, expected):
        """The runs of the message, in their order: "channel outcome reason" each."""
        runs = enrolment.step_run_ids.filtered(lambda run: run.step_id.key != "end")
        self.assertEqual(
            [
                " ".join(filter(None, (run.channel, run.outcome, run.reason)))
                for run in runs.sorted("id")
            ],
            expected,
        )


@tagged("lifecycle")
class TestChannelOrder(ChannelCommon):
    """R76, R82: one primary channel for each kind of message, and a fall-back."""

    def test_first_channel_that_reaches_the_contact(self):
        step = self.make_step()
        both = self.make_contact("Both Ways", phone="0401234567")
        phone = self.make_contact("Only Phone", email=False, phone="0401234568")
        none = self.make_contact("No Way", email=False, phone="09 1234567")
        people = both | phone | none
        self.enrol(step, people)
        self.run_due()
        by_mail, by_phone, by_none = (
            self.enrolment_of(one, step.program_id) for one in people
        )
        self.assertWays(by_mail, ["mail done"])
        self.assertWays(by_phone, ["mail fallback no_address", "sms done"])
        self.assertWays(
            by_none, ["mail fallback no_address", "sms skipped bad_address"]
        )
        self.assertEqual(sorted(by_phone.step_run_ids.mapped("visit")), [0, 0, 1])
        self.assertEqual(set((by_mail | by_none).mapped("state")), {"ended"})
        sms = self.env["sms.sms"].search([("mailing_id", "=", step.mailing_id.id)])
        self.assertEqual(sms.partner_id, phone)
        self.assertTrue(sms.body.startswith("Hello Only Phone"))

    def test_order_is_that_of_the_category(self):
        self.set_channels("sms", "mail")
        step = self.make_step()
        enrolment = self.deliver(step, self.make_contact(phone="0401234567"))
        self.assertWays(enrolment, ["sms done"])

    def test_what_the_contact_wants_counts_by_channel(self):
        step = self.make_step()
        partner = self.make_contact(phone="0401234567")
        self.env["lifecycle.opt.out"]._opt_out(partner.email, category=self.category)
        enrolment = self.deliver(step, partner)
        self.assertWays(enrolment, ["mail fallback opt_out", "sms done"])

    def test_no_thanks_means_all_channels(self):
        step = self.make_step()
        partner = self.make_contact(phone="0401234567")
        self.enrol(step, partner)
        # Noted by hand, which ends nothing by itself.
        self.env["lifecycle.opt.out"].create(
            {"address": partner.email, "program_id": step.program_id.id}
        )
        enrolment = self.deliver(step, partner)
        self.assertWays(enrolment, ["mail skipped no_thanks"])

    def test_message_without_a_text_for_a_channel(self):
        step = self.make_step(body_text=False)
        partner = self.make_contact(email=False, phone="0401234567")
        enrolment = self.deliver(step, partner)
        self.assertWays(enrolment, ["mail skipped no_address"])

    def test_when_held_by_a_limit(self):
        """A category waits, takes the next channel, or leaves the message out."""
        partner = self.make_contact(phone="0401234567")
        self.env["lifecycle.cap"].create(
            {"category_id": self.category.id, "channel": "mail", "count": 1, "days": 7}
        )
        self.deliver(self.make_step("first"), partner)
        for policy, expected in (
            ("wait", ["mail held cap"]),
            ("next", ["mail fallback cap", "sms done"]),
            ("skip", ["mail skipped cap"]),
        ):
            self.category.when_held = policy
            step = self.make_step(policy)
            with self.subTest(policy):
                self.assertWays(self.deliver(step, partner, hours=1), expected)

    def test_waits_for_the_first_when_no_other_reaches(self):
        self.category.when_held = "next"
        partner = self.make_contact()
        self.env["lifecycle.cap"].create(
            {"category_id": self.category.id, "channel": "mail", "count": 1, "days": 2}
        )
        self.deliver(self.make_step("first"), partner)
        step = self.make_step("second")
        enrolment = self.deliver(step, partner, hours=1)
        self.assertWays(enrolment, ["sms fallback no_address", "mail held cap"])
        self.run_due(days=2, hours=1)
        self.assertWays(
            enrolment, ["sms fallback no_address", "mail held cap", "mail done"]
        )

    def test_sms_is_for_kinds_that_say_so(self):
        """R144: a kind of message without SMS sends none."""
        message = self.make_message(channel="sms", body_text="Hi", category="service")
        step = self.make_mail_step(message)
        self.set_channels("mail")
        partner = self.make_contact(phone="0401234567")
        enrolment = self.deliver(step, partner)
        self.assertWays(enrolment, ["sms skipped channel_reserved"])
        with self.assertRaisesRegex(ValidationError, "do not go by SMS"):
            self.make_mail_step(message, code="another")

    def test_shipped_kinds_without_sms(self):
        channels = {
            category.code: self.env["lifecycle.category.channel"]
            .search([("category_id", "=", category.id), ("sequence", "<", 1000)])
            .mapped("channel")
            for category in self.env["lifecycle.category"].search([])
        }
        self.assertNotIn("sms", channels["marketing"])
        self.assertNotIn("sms", channels["onboarding"])
        self.assertEqual(channels.pop("urgent"), ["push", "sms", "mail"])
        self.assertEqual({codes[0] for codes in channels.values()}, {"mail"})

    def test_new_category_starts_with_mail(self):
        category = self.env["lifecycle.category"].create({"name": "News", "code": "n"})
        self.assertEqual(category._get_channels(), ["mail"])

    def test_category_without_channels_goes_by_mail(self):
        """Data of other addons may bring a category and no channels: it is not mute."""
        self.category.channel_ids.unlink()
        enrolment = self.deliver(self.make_step(), self.make_contact())
        self.assertWays(enrolment, ["mail done"])

    def test_update_keeps_the_channels_that_categories_have_used(self):
        """Categories of before the channels go on sending by mail and by SMS."""
        categories = self.category.create(
            [{"name": "News", "code": "n"}, {"name": "Calls", "code": "c"}]
        )
        (categories | self.category).channel_ids.unlink()
        message = self.make_message(channel="sms", body_text="Hi", category="service")
        message.category_id = categories[1]
        self.env.flush_all()
        script = load_script(
            file_path("lifecycle_programs/migrations/19.0.1.2.0/post-channels.py"),
            "post_channels",
        )
        for _time in range(2):
            script.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertEqual(
            [category.channel_ids.mapped("channel") for category in categories],
            [["mail"], ["mail", "sms"]],
        )
        self.assertEqual(self.category._get_channels(), SHIPPED)

    def test_update_does_not_bring_back_what_was_taken_away(self):
        """SMS that somebody has taken from a shipped kind stays away."""
        # The lines of this kind are not those that we ship any more.
        self.set_channels("mail")
        for mode, expected in (("update", ["mail"]), ("init", SHIPPED)):
            if mode == "init":
                self.category.channel_ids.unlink()
            convert_file(
                self.env,
                "lifecycle_programs",
                "data/lifecycle_category_channel_data.xml",
                {},
                mode=mode,
                noupdate=True,
            )
            self.env.invalidate_all()
            self.assertEqual(self.category._get_channels(), expected)

    def test_preview_of_each_channel(self):
        """A message by the order is shown as the mail, or as what it has a text for."""
        partner = self.make_contact("Liisa")
        message = self.make_message(
            "<p>Dear {{ contact.name }}</p>",
            channel="order",
            category="service",
            body_text="Hi <{{ contact.name }}>",
        )
        show = message._render_example
        mail = show(partner)
        self.assertIn("Dear Liisa", mail.body)
        self.assertIn("unsubscribe", mail.body)
        inbox = show(partner, form={"channel": "in_app"})
        self.assertEqual((inbox.body, inbox.sms), ("<p>Dear Liisa</p>", ""))
        push = show(partner, form={"channel": "push"})
        self.assertEqual(push.subject, mail.subject)
        self.assertEqual(push.body, "<p>Hi &lt;Liisa&gt;</p>")
        sms = show(partner, form={"channel": "sms"})
        self.assertTrue(sms.sms.startswith("Hi <Liisa>"))
        short = show(partner, form={"body": ""})
        self.assertEqual(short.body, push.body)
        # Beside the mail, what the SMS would be.
        preview = self.env["lifecycle.message.editor"].preview
        seen = preview(message.id, partner_id=partner.id)
        self.assertIn("Dear Liisa", seen["html"])
        self.assertTrue(seen["short"]["sms"].startswith("Hi <Liisa>"))
        self.assertEqual(seen["short"]["size"]["parts"], 1)
        form = {"body_text": ""}
        self.assertIsNone(preview(message.id, form, partner.id)["short"])
        self.set_channels("mail")
        self.assertIsNone(preview(message.id, partner_id=partner.id)["short"])
        self.set_channels("mail", "sms")
        # What was sent is shown as the channel had it.
        step = self.make_step(body_text="Hi {{ contact.name }}")
        partner.write({"email": False, "phone": "0401234567"})
        run = self.deliver(step, partner).step_run_ids.filtered("trace_id")
        preview = self.env["lifecycle.message.preview"].create(
            {
                "message_id": step.message_id.id,
                "partner_id": partner.id,
                "step_run_id": run.id,
            }
        )
        self.assertTrue(preview.sms.startswith("Hi Liisa"))
        self.assertFalse(preview.body)

    def test_problems_of_a_message_with_several_texts(self):
        """A channel without a text is left out; a text is checked for its channels."""
        message = self.make_message(channel="order", category="service")

        def find(**form):
            """The problems but for translations that are missing."""
            return [one for one in message._find_problems(form) if one.language]

        self.assertFalse(find())
        long = "word " * 200
        self.assertIn("takes about 7 SMS", find(body_text=long)[0].message)
        self.assertFalse(find(body_text=long, channel="push"))
        self.assertTrue(find(channel="push")[0].is_blocking)

    def test_held_for_review_by_channel(self):
        """Whoever asks first reads the text of the channel that it takes."""
        self.company.lifecycle_sending = "ask"
        step = self.make_step()
        partner = self.make_contact(phone="0401234567")
        enrolment = self.deliver(step, partner)
        reviews = self.env["lifecycle.review"]
        review = reviews.search([("enrolment_id", "=", enrolment.id)])
        self.assertEqual(review.channel, "mail")
        review.action_approve()
        partner.message_bounce = 3
        self.run_due(hours=1)
        second = reviews.search([("enrolment_id", "=", enrolment.id)]) - review
        self.assertEqual((review.state, second.channel), ("refused", "sms"))
        second.action_approve()
        self.run_due(hours=2)
        self.assertEqual((second.state, enrolment.state), ("sent", "ended"))

    def test_number_of_queries_does_not_depend_on_people(self):
        step = self.make_step()
        step.program_id.flush_recordset()

        def count(people):
            enrolments = self.enrol(step, people)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            step._run_message_batch(enrolments, self.start)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        groups = [
            self.make_contacts(size, email=False, country_id=self.env.ref("base.fi").id)
            for size in (3, 3, 30)
        ]
        for group, people in enumerate(groups):
            for place, partner in enumerate(people):
                partner.phone = f"04012{group}{place:04}"
        count(groups[0])
        few = count(groups[1])
        self.assertLessEqual(count(groups[2]), few + 2)


@tagged("lifecycle")
class TestUndelivered(ChannelCommon):
    """R82: the fall-back also comes after a message that came back."""

    def setUp(self):
        super().setUp()
        self.step = self.make_step()
        self.partner = self.make_contact(phone="0401234567")
        self.enrolment = self.deliver(self.step, self.partner)
        self.trace = self.enrolment.step_run_ids.trace_id

    def test_bounce_brings_an_sms(self):
        self.trace.set_bounced()
        self.assertEqual(self.send_again(hours=1), 1)
        self.assertWays(self.enrolment, ["mail fallback undelivered", "sms done"])
        runs = self.enrolment.step_run_ids.filtered("channel")
        self.assertEqual(len(set(runs.mapped("visit"))), 1)
        self.assertFalse(self.env["lifecycle.undelivered"].search([]))
        self.assertEqual(self.send_again(hours=2), 0)

    def test_a_second_failure_is_the_end(self):
        self.set_channels("mail", "sms")
        self.trace.set_bounced()
        self.send_again(hours=1)
        done = self.enrolment.step_run_ids.filtered(lambda run: run.channel == "sms")
        sms = self.env["sms.sms"].browse(done.trace_id.sms_id_int)

        def refuse(api, messages, delivery_reports_url=False):
            return [
                {"uuid": number["uuid"], "state": "wrong_number_format", "credit": 0}
                for message in messages
                for number in message["numbers"]
            ]

        with patch.object(SmsApi, "_send_sms_batch", refuse):
            sms.send()
        self.assertEqual(done.trace_id.trace_status, "error")
        self.assertEqual(self.send_again(hours=2), 0)
        self.assertWays(self.enrolment, ["mail fallback undelivered", "sms done"])

    def test_failed_sms_brings_a_mail(self):
        self.set_channels("sms", "mail")
        step = self.make_step("other")
        enrolment = self.deliver(step, self.partner)
        enrolment.step_run_ids.trace_id.write({"trace_status": "error"})
        self.send_again(hours=1)
        self.assertWays(enrolment, ["sms fallback undelivered", "mail done"])

    def test_who_has_bought_gets_nothing_more(self):
        self.enrolment.write({"state": "active", "step_id": self.step.id})
        self.trace.set_bounced()
        self.enrolment._leave("goal", "goal", self.at(minutes=1))
        self.send_again(hours=1)
        self.assertWays(self.enrolment, ["mail done"])
        self.assertFalse(self.env["lifecycle.undelivered"].search([]))

    def test_managers_see_what_waits_in_their_companies(self):
        self.trace.set_bounced()
        waiting = self.env["lifecycle.undelivered"]
        manager = new_test_user(
            self.env, "boss", "lifecycle_programs.group_lifecycle_manager"
        )
        with self.assertRaises(AccessError):
            waiting.with_user(self.marketer).search([])
        self.assertEqual(len(waiting.with_user(manager).search([])), 1)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        manager.write(
            {"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id}
        )
        self.assertFalse(waiting.with_user(manager).search([]))

    def test_no_other_channel_leaves_it_as_it_was(self):
        self.partner.phone = False
        self.trace.set_bounced()
        self.send_again(hours=1)
        self.assertWays(self.enrolment, ["mail done"])
        self.assertFalse(self.env["lifecycle.undelivered"].search([]))

    def test_what_did_not_arrive_counts_in_no_limit(self):
        self.env["lifecycle.cap"].create(
            {"category_id": self.category.id, "count": 1, "days": 7}
        )
        self.trace.set_bounced()
        self.send_again(hours=1)
        self.assertWays(self.enrolment, ["mail fallback undelivered", "sms done"])

    def test_what_waits_too_long_is_ill_health(self):
        self.trace.set_bounced()
        health = self.env["lifecycle.health"]
        self.assertTrue(health._check_channels(self.at(hours=1)).ok)
        found = health._check_channels(self.at(hours=3))
        self.assertEqual((found.ok, found.value), (False, 1))

    def test_numbers_tell_of_both_messages(self):
        self.trace.set_bounced()
        self.send_again(hours=1)
        sent = self.env["lifecycle.report"].search(
            [("partner_id", "=", self.partner.id), ("messages", "=", 1)]
        )
        self.assertEqual(
            sorted((one.channel, one.mails, one.bounced) for one in sent),
            [("mail", 1, 1), ("sms", 0, 0)],
        )

    def test_too_late_for_another_channel(self):
        self.trace.set_bounced()
        self.send_again(days=4)
        self.assertWays(self.enrolment, ["mail done"])

    def test_paused_program_waits(self):
        self.trace.set_bounced()
        self.step.program_id.action_pause()
        self.assertEqual(self.send_again(hours=1), 0)
        self.step.program_id.action_resume()
        self.assertEqual(self.send_again(hours=2), 1)

    def test_waits_for_the_hours_of_the_other_channel(self):
        self.env["lifecycle.hours"].create(
            {
                "category_id": self.category.id,
                "channel": "sms",
                "weekdays": "all",
                "hour_from": 10,
                "hour_to": 11,
            }
        )
        night = self.start.replace(hour=20, minute=0)
        self.trace.set_bounced()
        waiting = self.env["lifecycle.undelivered"]
        waiting.search([]).due_at = night
        waiting._send_due(night)
        row = waiting.search([])
        self.assertGreater(row.due_at, night)
        self.assertWays(self.enrolment, ["mail done", "sms held quiet_hours"])
        waiting._send_due(row.due_at)
        self.assertWays(
            self.enrolment,
            ["mail fallback undelivered", "sms held quiet_hours", "sms done"],
        )

    def test_mail_steps_do_not_fall_back(self):
        step = self.make_mail_step(self.make_message(), code="plain")
        enrolment = self.deliver(step, self.partner)
        enrolment.step_run_ids.trace_id.set_bounced()
        self.assertFalse(self.env["lifecycle.undelivered"].search([]))
