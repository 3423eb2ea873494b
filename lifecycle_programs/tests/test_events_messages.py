from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.link_tracker_click import click_kind
from .events_common import EventCommon

REPLY = """\
Return-Path: <anna.korhonen@example.com>
From: Anna Korhonen <anna.korhonen@example.com>
To: {to}
Subject: {subject}
Message-ID: <{message_id}@example.com>
In-Reply-To: <lifecycle-1@mail.example.com>
References: <lifecycle-1@mail.example.com>
Date: Mon, 02 Jun 2025 10:00:00 +0300
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"
{headers}
{body}
"""

BOUNCE = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@example.com>
To: bounce@mail.example.com
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-1@example.com>
Date: Mon, 02 Jun 2025 10:00:00 +0300
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="split"

--split
Content-Type: text/plain; charset="utf-8"

This mailbox does not exist.

--split
Content-Type: message/delivery-status

Reporting-MTA: dns; example.com

Final-Recipient: rfc822; anna.korhonen@example.com
Action: failed
Status: 5.1.1

--split
Content-Type: message/rfc822

From: us@mail.example.com
To: anna.korhonen@example.com
Subject: Your tent
Message-ID: <lifecycle-1@mail.example.com>
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"

Hello

--split--
"""


class MessageEventCommon(EventCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mailing = cls.env["mailing.mailing"].create(
            {
                "subject": "Your tent",
                "mailing_model_id": cls.env["ir.model"]._get("res.partner").id,
            }
        )
        cls.program = cls.make_program({"type": "wait", "wait_value": 5, "key": "tip"})
        enrolment = cls.program._enrol_partners(cls.anna, cls.start)
        cls.topic = cls.env["lifecycle.topic"].create(
            {"name": "Tents", "code": "tents"}
        )
        cls.content = cls.env["lifecycle.content"].create(
            {"name": "How to pitch", "kind": "article", "topic_id": cls.topic.id}
        )
        cls.message = cls.anna.message_post(body="Your tent", subject="Your tent")
        cls.message.message_id = "<lifecycle-1@mail.example.com>"
        cls.trace = cls.make_trace(cls.anna, message_id=cls.message.message_id)
        cls.step_run = cls.env["lifecycle.step.run"].create(
            {
                "enrolment_id": enrolment.id,
                "step_id": cls.program.version_id.step_ids[0].id,
                "visit": 99,
                "program_id": cls.program.id,
                "company_id": cls.company.id,
                "partner_id": cls.anna.id,
                "step_type": "mail",
                "outcome": "done",
                "scheduled_at": cls.start,
                "run_at": cls.start,
                "content_id": cls.content.id,
                "trace_id": cls.trace.id,
            }
        )
        cls.env["lifecycle.event"]._flush_pending()

    @classmethod
    def make_trace(cls, record, **values):
        return cls.env["mailing.trace"].create(
            {
                "trace_type": "mail",
                "model": record._name,
                "res_id": record.id,
                "email": record.email_normalized,
                "mass_mailing_id": cls.mailing.id,
                "trace_status": "sent",
                **values,
            }
        )


@tagged("post_install", "-at_install", "lifecycle")
class TestTraceEvents(MessageEventCommon):
    def click(self, trace=None, url="https://example.com/pitch", label="Read", **link):
        tracker = self.env["link.tracker"].create(
            {"url": url, "title": "Page", "label": label, **link}
        )
        self.env["link.tracker.click"].sudo().add_click(
            tracker.code, ip="127.0.0.1", mailing_trace_id=(trace or self.trace).id
        )

    def test_opened_once(self):
        self.trace.set_opened()
        event = self.events("mail_opened")
        self.assertEqual(event.partner_id, self.anna)
        self.assertEqual(event.payload, {"program": "test_program", "step": "tip"})
        self.trace.set_opened()
        self.assertEqual(len(self.events("mail_opened")), 1)

    def test_a_click_says_what_about(self):
        self.click()
        event = self.events("mail_clicked")
        self.assertEqual(
            event.payload,
            {
                "url": "https://example.com/pitch",
                "title": "Read",
                "topic": "tents",
                "kind": "content",
                "program": "test_program",
                "step": "tip",
            },
        )
        self.assertEqual(len(self.events("mail_opened")), 1, "Odoo: a click opens")
        self.click(url="https://example.com/more")
        self.assertEqual(len(self.events("mail_clicked")), 2)

    def test_a_click_on_the_price_list(self):
        self.click(url="https://example.com/price-list")
        self.assertEqual(self.events("mail_clicked").payload["kind"], "price")

    def test_a_click_on_an_offer(self):
        self.click(lifecycle_is_offer=True)
        self.assertEqual(self.events("mail_clicked").payload["kind"], "offer")
        self.content.kind = "offer"
        self.click(url="https://example.com/elsewhere")
        self.assertEqual(self.events("mail_clicked")[-1].payload["kind"], "offer")

    def test_kinds_of_clicks(self):
        self.assertEqual(click_kind("https://x.example/a", None), "other")
        self.assertEqual(click_kind("https://x.example/a", "Ours", "price"), "other")
        self.assertEqual(
            click_kind("https://x.example/a", "Our Prices", "price"), "price"
        )
        self.assertEqual(click_kind("https://x.example/a", "", "", "guide"), "content")
        self.assertEqual(click_kind("https://x.example/a", "", "", "offer"), "offer")
        self.assertEqual(click_kind("https://x.example/a", "", is_offer=True), "offer")

    def test_mailings_of_odoo_itself(self):
        trace = self.make_trace(self.anna)
        trace.set_opened()
        self.click(trace)
        self.assertEqual(self.events("mail_opened").payload, {})
        payload = self.events("mail_clicked").payload
        self.assertEqual(payload["kind"], "other")
        self.assertNotIn("program", payload)

    def test_a_list_contact_is_found_by_the_address(self):
        contact = self.env["mailing.contact"].create(
            {"name": "Anna", "email": "Anna.Korhonen@example.com"}
        )
        self.make_trace(contact).set_opened()
        event = self.events("mail_opened")
        self.assertFalse(event.partner_id)
        self.env["lifecycle.event"]._resolve_contacts(event)
        self.assertEqual(event.partner_id, self.anna)

    def test_the_trace_of_a_lead_is_its_contacts(self):
        lead = self.env["crm.lead"].create(
            {"name": "Tent", "partner_id": self.anna.id, "email_from": "x@example.com"}
        )
        self.make_trace(lead).set_opened()
        self.assertEqual(self.events("mail_opened").partner_id, self.anna)

    def test_a_test_of_a_mailing_is_nobodys(self):
        self.make_trace(self.anna, is_test_trace=True).set_opened()
        self.assertFalse(self.events("mail_opened"))

    def test_bounced(self):
        self.trace.set_bounced(bounce_message="Gone")
        event = self.events("mail_bounced")
        self.assertEqual(event.payload["step"], "tip")


@tagged("post_install", "-at_install", "lifecycle")
class TestReplies(MessageEventCommon):
    def receive(self, text):
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            return self.env["mail.thread"].message_process("res.partner", text)

    def reply(self, number=1, subject="Re: Your tent", headers="", body="Yes, please."):
        return self.receive(
            REPLY.format(
                to="us@mail.example.com",
                subject=subject,
                message_id=f"reply-{number}",
                headers=headers,
                body=body,
            )
        )

    def test_a_reply(self):
        self.assertEqual(self.reply(), self.anna.id)
        event = self.events("mail_replied")
        self.assertEqual(event.partner_id, self.anna)
        self.assertEqual(event.payload, {"program": "test_program", "step": "tip"})
        self.assertEqual(self.trace.trace_status, "reply")
        self.reply(number=2)
        self.assertEqual(len(self.events("mail_replied")), 1)

    def test_an_out_of_office_is_no_reply(self):
        for number, (subject, headers) in enumerate(
            [
                ("Re: Your tent", "Auto-Submitted: auto-replied\n"),
                ("Re: Your tent", "X-Autoreply: yes\n"),
                ("Automatic reply: Your tent", ""),
                ("Poissaoloviesti: Your tent", ""),
            ]
        ):
            self.assertEqual(self.reply(number, subject, headers), self.anna.id)
        self.assertFalse(self.events("mail_replied") | self.events("mail_opened"))
        self.assertEqual(self.trace.trace_status, "sent")
        self.assertFalse(self.trace.reply_datetime)
        messages = self.anna.message_ids.filtered(
            lambda message: message.message_type == "email"
        )
        self.assertEqual(len(messages), 4, "kept in the conversation all the same")

    def test_after_an_out_of_office_a_reply_still_counts(self):
        self.reply(1, headers="Auto-Submitted: auto-replied\n")
        self.reply(2)
        self.assertEqual(len(self.events("mail_replied")), 1)

    def test_a_bounce(self):
        self.receive(BOUNCE)
        event = self.events("mail_bounced")
        self.assertEqual(event.partner_id, self.anna)
        self.assertEqual(self.trace.trace_status, "bounce")
        self.assertFalse(self.events("mail_replied"))


@tagged("post_install", "-at_install", "lifecycle")
class TestSurveyEvents(EventCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.survey = cls.env.ref("lifecycle_programs.survey_recommend")
        cls.score = cls.env.ref("lifecycle_programs.survey_recommend_score")
        cls.why = cls.env.ref("lifecycle_programs.survey_recommend_why")

    def answer(self, score, why="", survey=None, partner=True, **values):
        answer = (survey or self.survey)._create_answer(
            partner=self.anna if partner is True else partner, **values
        )
        answer._mark_in_progress()
        answer._save_lines(self.score, str(score))
        answer._save_lines(self.why, why)
        answer._mark_done()
        return answer

    def test_the_ready_survey_is_open_to_anyone_with_the_link(self):
        self.assertEqual(self.survey.access_mode, "public")
        self.assertFalse(self.survey.users_login_required)
        self.assertTrue(self.survey.access_token)
        self.assertTrue(self.score.lifecycle_is_score)
        self.assertEqual((self.score.scale_min, self.score.scale_max), (0, 10))

    def test_an_answer(self):
        answer = self.answer(9, "It keeps the rain out")
        event = self.events("survey_answered")
        self.assertEqual(event.partner_id, self.anna)
        self.assertEqual(event.occurred_at, answer.end_datetime)
        self.assertEqual(
            event.payload,
            {
                "survey": "Would you recommend us?",
                "score": 9,
                "recommend": True,
                "answer": "It keeps the rain out",
            },
        )

    def test_a_poor_score_does_not_recommend(self):
        self.answer(0)
        payload = self.events("survey_answered").payload
        self.assertEqual(payload["score"], 0)
        self.assertIs(payload["recommend"], False)
        self.assertNotIn("answer", payload)

    def test_another_scale_counts_as_ten(self):
        survey = self.survey.copy()
        score = survey.question_ids[0]
        self.assertTrue(score.lifecycle_is_score)
        score.write({"scale_min": 1, "scale_max": 5})
        answer = survey._create_answer(partner=self.anna)
        answer._save_lines(score, "5")
        answer._mark_done()
        self.assertEqual(self.events("survey_answered").payload["score"], 10)

    def test_yes_or_no(self):
        survey = self.env["survey.survey"].create({"title": "Yes or no"})
        question = self.env["survey.question"].create(
            {
                "survey_id": survey.id,
                "title": "Would you?",
                "question_type": "simple_choice",
                "lifecycle_is_score": True,
                "suggested_answer_ids": [
                    fields.Command.create({"value": "Yes", "answer_score": 1}),
                    fields.Command.create({"value": "No", "answer_score": 0}),
                ],
            }
        )
        for choice in question.suggested_answer_ids:
            answer = survey._create_answer(partner=self.anna)
            answer._save_lines(question, choice.id)
            answer._mark_done()
        payloads = [event.payload for event in self.events("survey_answered")]
        self.assertEqual([one["recommend"] for one in payloads], [True, False])
        self.assertNotIn("score", payloads[0])

    def test_an_answer_known_by_its_address_only(self):
        self.answer(7, partner=False, email="ANNA.Korhonen@example.com")
        event = self.events("survey_answered")
        self.env["lifecycle.event"]._resolve_contacts(event)
        self.assertEqual(event.partner_id, self.anna)

    def test_tests_and_strangers_are_nobodys(self):
        self.answer(7, test_entry=True)
        self.answer(7, partner=False)
        self.assertFalse(self.events("survey_answered"))

    def test_the_company_is_the_one_that_asked(self):
        other = self.env["res.company"].create({"name": "Other"})
        program = self.make_program(
            {"type": "survey", "survey_id": self.survey.id},
            publish=False,
            company_id=other.id,
        )
        step = program.version_ids.step_ids
        enrolment = self.env["lifecycle.enrolment"].create(
            {
                "program_id": program.id,
                "version_id": step.version_id.id,
                "company_id": other.id,
                "partner_id": self.anna.id,
                "commercial_partner_id": self.anna.id,
                "entered_at": self.start,
                "step_id": step.id,
            }
        )
        self.env["lifecycle.step.run"].create(
            {
                "enrolment_id": enrolment.id,
                "step_id": step.id,
                "visit": 1,
                "program_id": program.id,
                "company_id": other.id,
                "partner_id": self.anna.id,
                "step_type": "survey",
                "outcome": "done",
                "scheduled_at": self.start,
                "run_at": self.start,
            }
        )
        self.answer(9)
        self.assertEqual(self.events("survey_answered").company_id, other)


@tagged("post_install", "-at_install", "lifecycle")
class TestOtherEvents(EventCommon):
    def test_guide_downloaded(self):
        topic = self.env["lifecycle.topic"].create({"name": "Tents", "code": "tents"})
        guide = self.env["lifecycle.content"].create(
            {"name": "Choosing a tent", "kind": "guide", "topic_id": topic.id}
        )
        guide.with_user(self.env.ref("base.public_user"))._log_download(self.anna)
        event = self.events("guide_downloaded")
        self.assertEqual(event.partner_id, self.anna)
        self.assertEqual(event.payload, {"guide": "Choosing a tent", "topic": "tents"})

    def test_renewal_due_once(self):
        self.make_program({"type": "end"})
        self.env["lifecycle.period"].create(
            {"product_tmpl_id": self.product.product_tmpl_id.id, "months": 12}
        )
        order = self.make_order()
        order.action_confirm()
        order.date_order = self.start - timedelta(days=366)
        self.flush()
        event = self.env["lifecycle.event"]
        for _run in range(2):
            event._emit_renewals_due(self.start)
            self.flush()
        due = self.events("renewal_due")
        self.assertEqual(len(due), 1)
        self.assertEqual(due.partner_id, self.anna)
        self.assertEqual(due.payload["product"], "Tent for two")
        self.assertEqual(
            fields.Datetime.to_datetime(due.payload["due"].replace("T", " ")),
            due.occurred_at,
        )
        self.assertLessEqual(due.occurred_at, self.start)

    def test_every_type_says_what_it_carries(self):
        types = self.env["lifecycle.event.type"].search([])
        known = {"text", "number", "boolean", "date", "datetime", "text_list"}
        for event_type in types:
            self.assertTrue(event_type.description, event_type.code)
            self.assertLessEqual(set((event_type.payload_types or {}).values()), known)
