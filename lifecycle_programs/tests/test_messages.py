"""Mail steps: from the text that a marketer writes to the mail in the outbox."""

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .messages_common import MessageCommon


@tagged("lifecycle")
class TestMessageTexts(MessageCommon):
    def test_unknown_value_is_refused_with_its_place(self):
        with self.assertRaisesRegex(ValidationError, "line 2.*contact.shoe_size"):
            self.make_message("<p>Hello</p>\n<p>{{ contact.shoe_size }}</p>")

    def test_every_language_is_checked(self):
        message = self.make_message()
        with self.assertRaisesRegex(ValidationError, "Finnish"):
            message.with_context(lang="fi_FI").subject = "Hei {{ contact.first_name"
        with self.assertRaisesRegex(ValidationError, "Finnish"):
            message.update_field_translations(
                "subject", {"fi_FI": "Hei {{ contact.nobody }}"}
            )

    def test_placeholders_survive_the_cleaning_of_html(self):
        """Conditions with < and > and placeholders in links stay what they are."""
        message = self.make_message(
            '<p>{% if orders.count &gt; 3 and orders.count < 9 %}<a href="'
            "{{ entry.link or 'https://acme.example/?a=1&amp;b=2' }}\">Go</a>"
            "{% endif %}</p>"
        )
        html = message._compile("body").render({"orders.count": 5})
        self.assertEqual(
            html, '<p><a href="https://acme.example/?a=1&amp;b=2">Go</a></p>'
        )

    def test_scripts_do_not_get_in(self):
        message = self.make_message(
            '<p onclick="steal()">Hi</p><script>steal()</script>'
            '<a href="javascript:steal()">x</a><img src="x" onerror="steal()">'
            '<iframe src="https://evil.example"></iframe><style>p{}</style>'
        )
        for bad in ("script", "steal", "iframe", "onerror", "style"):
            self.assertNotIn(bad, message.body)

    def test_template_attacks_are_refused(self):
        for attack in (
            "{{ contact.__class__ }}",
            "{{ ''.__class__.__mro__ }}",
            "{{ contact['__init__'] }}",
            "{{ env }}",
            "{{ request }}",
            "{{ cycler.__init__.__globals__ }}",
            "{% for x in range(100000000) %}a{% endfor %}",
            "{{ contact.name|attr('upper') }}",
            "{% include '/etc/passwd' %}",
            "{% import 'os' as os %}",
            "{{ lipsum() }}",
            "{{ contact.name|safe }}",
        ):
            with self.subTest(attack), self.assertRaises(ValidationError):
                self.make_message(f"<p>{attack}</p>")

    def test_a_huge_text_stops_only_its_own_step(self):
        """What only shows while rendering: the runner keeps the error, and goes on."""
        attack = self.make_message("<p>{{ 'a' * 1000000000 }}</p>")
        step = self.make_mail_step(attack)
        enrolment = self.enrol(step, self.make_contact())
        with mute_logger("odoo.addons.lifecycle_programs.models.lifecycle_runner"):
            self.run_due()
        self.assertIn("numbers only", enrolment.error)
        self.assertFalse(enrolment.step_run_ids)

    def test_values_are_escaped(self):
        """What a contact calls himself stays text."""
        step = self.make_mail_step(self.make_message("<p>{{ contact.name }}</p>"))
        partner = self.make_contact(email="x@example.com")
        partner.name = '<img src=x onerror="alert(1)"> {{ company.name }}'
        _enrolments, results = self.send(step, partner)
        body = self.mail_of(results[partner]).body_html
        self.assertIn("&lt;img src=x onerror=&#34;alert(1)&#34;&gt;", body)
        self.assertIn("{{ company.name }}", body)

    def test_a_value_cannot_become_a_script_link(self):
        message = self.make_message('<p><a href="{{ entry.link }}">Go</a></p>')
        step = self.make_mail_step(message)
        partner = self.make_contact()
        _enrolments, results = self.send(step, partner, link="JavaScript:alert(1)")
        self.assertNotIn("alert", self.mail_of(results[partner]).body_html)

    def test_a_published_message_stays_as_it_was(self):
        step = self.make_mail_step()
        with self.assertRaises(UserError):
            step.message_id.subject = "Something else"
        step.message_id.copy().subject = "Something else"

    def test_numbers_of_the_program_are_known(self):
        message = self.make_message("<p>{{ param.percent }} %</p>")
        parameter = {"name": "Percent", "code": "percent", "value": 12.5}
        step = self.make_mail_step(message, parameter_ids=[Command.create(parameter)])
        partner = self.make_contact()
        _enrolments, results = self.send(step, partner)
        self.assertIn("12.5 %", self.mail_of(results[partner]).body_html)
        draft = message.copy()
        self.make_program(
            {"type": "mail", "message_id": draft.id, "key": "mail"},
            code="draft",
            publish=False,
            parameter_ids=[Command.create(parameter)],
        )
        draft.body = "<p>{{ param.percent }} percent</p>"
        with self.assertRaisesRegex(ValidationError, "param.discount"):
            draft.body = "<p>{{ param.discount }} %</p>"


@tagged("lifecycle")
class TestMailStep(MessageCommon):
    def test_mail_is_queued_with_its_trace(self):
        step = self.make_mail_step()
        partner = self.make_contact()
        _enrolments, results = self.send(step, partner)
        result = results[partner]
        self.assertEqual(result.outcome, "done")
        self.assertEqual(result.values["address"], "liisa.virtanen@example.com")
        mail = self.mail_of(result)
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.subject, "Hello Liisa")
        self.assertIn("Hello Liisa Virtanen", mail.body_html)
        self.assertNotIn("Hello", mail.mail_message_id.body)
        self.assertEqual(mail.mailing_id, step.mailing_id)
        trace = mail.mailing_trace_ids
        self.assertEqual(
            (trace.model, trace.res_id, trace.email, trace.message_id),
            ("res.partner", partner.id, result.values["address"], mail.message_id),
        )

    def test_contact_reads_his_own_language(self):
        message = self.make_message()
        finnish = message.with_context(lang="fi_FI")
        finnish.subject = "Hei {{ contact.first_name }}"
        finnish.body = "<p>Terve {{ contact.name }}</p>"
        step = self.make_mail_step(message)
        liisa, john = self.make_contact(lang="fi_FI"), self.make_contact("John Smith")
        _enrolments, results = self.send(step, liisa | john)
        self.assertIn("Terve", self.mail_of(results[liisa]).body_html)
        self.assertIn("Hei", self.mail_of(results[liisa]).subject)
        self.assertIn("Hello", self.mail_of(results[john]).body_html)

    def test_footer_has_two_links(self):
        step = self.make_mail_step()
        partner = self.make_contact()
        _enrolments, results = self.send(step, partner)
        body = self.mail_of(results[partner]).body_html
        self.assertEqual(body.count("<a "), 2)
        self.assertEqual(body.count("/lifecycle/no-thanks/"), 1)
        self.assertEqual(body.count("/lifecycle/unsubscribe/"), 1)

    def test_billing_has_no_unsubscribe_and_is_kept_whole(self):
        step = self.make_mail_step(self.make_message(category="billing"))
        partner = self.make_contact()
        _enrolments, results = self.send(step, partner)
        mail = self.mail_of(results[partner])
        self.assertNotIn("/lifecycle/", mail.body_html)
        headers = mail._prepare_outgoing_list()[0]["headers"]
        self.assertNotIn("List-Unsubscribe", headers)
        self.assertEqual(results[partner].values["detail"]["body"], mail.body_html)

    def test_unsubscribe_is_by_category_and_not_odoos(self):
        step = self.make_mail_step()
        partner = self.make_contact()
        _enrolments, results = self.send(step, partner)
        headers = self.mail_of(results[partner])._prepare_outgoing_list()[0]["headers"]
        self.assertIn("/lifecycle/unsubscribe/", headers["List-Unsubscribe"])
        self.assertEqual(headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")

    def test_sender_is_the_salesperson_and_replies_come_back(self):
        domain = self.env["mail.alias.domain"].create({"name": "acme.example"})
        self.company.alias_domain_id = domain
        self.salesperson.email = "seller@acme.example"
        step = self.make_mail_step(sender="salesperson")
        partner, alone = self.make_contacts(2)
        partner.user_id = self.salesperson
        _enrolments, results = self.send(step, partner | alone)
        mail = self.mail_of(results[partner])
        self.assertIn("seller@acme.example", mail.email_from)
        self.assertIn("catchall@acme.example", mail.reply_to)
        self.assertIn("hello@acme.example", self.mail_of(results[alone]).email_from)

    def test_replies_land_on_the_open_opportunity(self):
        step = self.make_mail_step()
        with_lead, without = self.make_contacts(2)
        lead = self.env["crm.lead"].create(
            {"name": "Deal", "type": "opportunity", "partner_id": with_lead.id}
        )
        _enrolments, results = self.send(step, with_lead | without)
        mail = self.mail_of(results[with_lead])
        self.assertEqual((mail.model, mail.res_id), ("crm.lead", lead.id))
        mail = self.mail_of(results[without])
        self.assertEqual((mail.model, mail.res_id), ("res.partner", without.id))

    def test_two_steps_reach_the_same_person(self):
        """Odoo's own mailings would cancel the second as already seen."""
        message = self.make_message(category="service")
        program = self.make_program(
            {"type": "mail", "message_id": message.id, "key": "one"},
            {"type": "mail", "message_id": message.copy().id, "key": "two"},
        )
        partner = self.make_contact()
        enrolment = program._enrol_partners(partner, self.start)
        self.run_due()
        self.assertSteps(enrolment, ["one done", "two done"])
        mails = enrolment.step_run_ids.trace_id.mail_mail_id
        self.assertEqual(mails.mapped("state"), ["outgoing", "outgoing"])

    def test_links_are_tracked_once_per_step(self):
        """One short link for all, none for personal pages, and no page is fetched."""
        message = self.make_message(
            '<p><a href="https://acme.example/tents">Tents</a>'
            '<a href="{{ company.website }}">Us</a>'
            '<a href="{{ links.more }}">More</a>'
            '<a href="mailto:a@acme.example">Write</a></p>'
        )
        step = self.make_mail_step(message)
        partners = self.make_contacts(3)
        _enrolments, results = self.send(step, partners)
        trackers = self.env["link.tracker"].search(
            [("mass_mailing_id", "=", step.mailing_id.id)]
        )
        self.assertCountEqual(
            trackers.mapped("url"),
            ["https://acme.example/tents", "https://acme.example"],
        )
        self.assertIn("Tents", trackers.mapped("label"))
        mail = self.mail_of(results[partners[0]])
        for tracker in trackers:
            self.assertIn(tracker.short_url, mail.body_html)
        self.assertIn("mailto:", mail.body_html)
        self.assertEqual(mail.body_html.count("/lifecycle/answer/"), 1)
        sent = mail._prepare_outgoing_list()[0]["body"]
        trace = mail.mailing_trace_ids
        self.assertIn(f"{trackers[0].short_url}/m/{trace.id}", sent)

    def test_click_comes_back_as_a_value(self):
        message = self.make_message('<p><a href="https://acme.example/a">A</a></p>')
        step = self.make_mail_step(message)
        partner = self.make_contact()
        enrolments = self.enrol(step, partner)
        self.run_due()
        trace = enrolments.step_run_ids.trace_id
        names = ["enrolment.clicked", "enrolment.messages_sent", "enrolment.opens"]
        self.assertEqual(
            list(enrolments._get_values(names, self.start)[enrolments.id].values()),
            [False, 1, 0],
        )
        code = self.env["link.tracker"].search([], limit=1, order="id desc").code
        self.env["link.tracker.click"].add_click(
            code, ip="127.0.0.1", country_code="FI", mailing_trace_id=trace.id
        )
        self.assertEqual(
            list(enrolments._get_values(names, self.start)[enrolments.id].values()),
            [True, 1, 1],
        )

    def test_offers_of_the_entry_are_shown_and_counted_as_offers(self):
        """A click on what the program offers counts as interest in buying."""
        product = self.env["product.template"].create({"name": "Tent pegs"})
        message = self.make_message(
            "{% for offer in offers %}<p>{{ offer.price|money }}"
            '<a href="{{ offer.link }}">{{ offer.name }}</a></p>{% endfor %}'
        )
        link = "https://acme.example/pegs"
        offer = {"offered_product_id": product.id, "link": link}
        step = self.make_mail_step(message, offer_ids=[Command.create(offer)])
        enrolments = self.enrol(step, self.make_contact())
        offers = [{"name": "Tent pegs", "link": link, "price": 9.5, "pitch": None}]
        enrolments.payload = {"offers": offers}
        self.run_due()
        trace = enrolments.step_run_ids.trace_id
        body = trace.mail_mail_id.body_html
        self.assertIn("9.50", body)
        self.assertNotIn(link, body)
        tracker = self.env["link.tracker"].search([("url", "=", link)])
        self.env["link.tracker.click"].add_click(
            tracker.code, ip="127.0.0.1", country_code="FI", mailing_trace_id=trace.id
        )
        self.env["lifecycle.event"]._flush_pending()
        event = self.env["lifecycle.event"].search(
            [("type_id.code", "=", "mail_clicked")], limit=1
        )
        self.assertEqual(event.payload["kind"], "offer")

    def test_the_mailing_is_one_per_key_and_hidden(self):
        step = self.make_mail_step()
        mailing = step.mailing_id
        self.assertTrue(mailing)
        self.env.flush_all()
        step.program_id.action_edit_steps()
        draft = step.program_id.draft_version_id.step_ids[0]
        self.assertEqual(draft._ensure_mailing(), mailing)
        draft.mailing_id = False
        self.assertEqual(draft._ensure_mailing(), mailing)
        self.assertEqual(mailing.state, "done")
        self.assertFalse(mailing.kpi_mail_required)
        mailings = self.env["mailing.mailing"]
        for domain in ([], [("active", "in", [True, False])]):
            found = mailings.web_search_read(domain, {"id": {}})
            self.assertNotIn(mailing.id, [row["id"] for row in found["records"]])
        with self.assertRaises(UserError):
            mailing.unlink()

    def test_values_can_be_shown_again(self):
        step = self.make_mail_step(
            self.make_message("<p>{{ contact.name }} {{ enrolment.days_in }}</p>")
        )
        partner = self.make_contact()
        enrolments = self.enrol(step, partner)
        self.run_due(days=2)
        partner.name = "Another Name"
        runs = enrolments.step_run_ids.filtered("message_id")
        action = runs.action_show_message()
        preview = (
            self.env[action["res_model"]].with_context(**action["context"]).create({})
        )
        self.assertIn("Liisa Virtanen 2", preview.body)

    def test_a_missing_value_names_itself(self):
        message = self.make_message("<p>Order {{ entry.order }}</p>")
        step = self.make_mail_step(message)
        partner = self.make_contact()
        preview = self.env["lifecycle.message.preview"].create(
            {"message_id": message.id, "partner_id": partner.id}
        )
        self.assertIn("entry.order", preview.problem)
        with self.assertRaisesRegex(Exception, "entry.order"):
            self.send(step, partner)

    def test_preview_shows_mail_text_and_language(self):
        message = self.make_message(
            '<p>Hello <a href="https://acme.example">us</a></p>'
        )
        message.with_context(lang="fi_FI").body = "<p>Terve</p>"
        preview = self.env["lifecycle.message.preview"].create(
            {"message_id": message.id, "partner_id": self.make_contact().id}
        )
        self.assertEqual(preview.subject, "Hello Liisa")
        self.assertIn("Hello", preview.body)
        self.assertIn("https://acme.example", preview.plain)
        preview.lang = "fi_FI"
        self.assertIn("Terve", preview.body)
        self.assertFalse(preview.problem)


@tagged("lifecycle")
class TestContent(MessageCommon):
    def make_content(self, name, **values):
        return self.env["lifecycle.content"].create(
            {"name": name, "link": f"https://acme.example/{name}", **values}
        )

    def setUp(self):
        super().setUp()
        self.env["lifecycle.content"].search([]).active = False
        topics = self.env["lifecycle.topic"].create(
            [
                {"name": "Tents", "code": "tents_x"},
                {"name": "Stoves", "code": "stoves_x"},
            ]
        )
        self.tents, self.stoves = topics

    def test_next_unseen_item_of_the_topic(self):
        self.make_content("stove", topic_id=self.stoves.id, sequence=1)
        first = self.make_content("tent-1", topic_id=self.tents.id, sequence=2)
        second = self.make_content("tent-2", topic_id=self.tents.id, sequence=3)
        self.make_content("video", topic_id=self.tents.id, kind="video", sequence=1)
        message = self.make_message(
            '<p><a href="{{ content.link }}">{{ content.title }}</a></p>',
            category="service",
        )
        step_values = {
            "type": "mail",
            "message_id": message.id,
            "content_kind": "article",
        }
        program = self.make_program(
            {**step_values, "key": "one"},
            {**step_values, "message_id": message.copy().id, "key": "two"},
            {**step_values, "message_id": message.copy().id, "key": "three"},
        )
        enrolment = program._enrol_partners(self.make_contact(), self.start)
        enrolment.payload = {"topic": "tents_x"}
        self.run_due()
        self.assertSteps(
            enrolment, ["one done", "two done", "three skipped no_content"]
        )
        runs = enrolment.step_run_ids.sorted("visit")
        self.assertEqual(runs.content_id.ids, [first.id, second.id])

    def test_language_and_company_of_content(self):
        other = self.env["res.company"].create({"name": "Other"})
        finnish = self.make_content("fi", lang="fi_FI", sequence=9)
        plain = self.make_content("all", sequence=5)
        self.make_content("theirs", company_id=other.id, sequence=1)
        message = self.make_message("<p>{{ content.title }}</p>")
        step = self.make_mail_step(message, step={"content_kind": "article"})
        liisa, john = self.make_contacts(2)
        liisa.lang = "fi_FI"
        _enrolments, results = self.send(step, liisa | john)
        self.assertEqual(results[liisa].values["content_id"], finnish.id)
        self.assertEqual(results[john].values["content_id"], plain.id)

    def test_the_guide_that_was_asked_for_is_delivered_first(self):
        other = self.make_content("other", kind="guide", sequence=1)
        wanted = self.make_content("wanted", kind="guide", sequence=2)
        message = self.make_message(
            '<p><a href="{{ content.link }}">{{ content.title }}</a></p>',
            category="service",
        )
        step_values = {"type": "mail", "content_kind": "guide"}
        program = self.make_program(
            {**step_values, "message_id": message.id, "key": "one"},
            {**step_values, "message_id": message.copy().id, "key": "two"},
        )
        partner = self.make_contact()
        wanted._log_download(partner)
        self.env["lifecycle.event"]._flush_pending()
        event = self.env["lifecycle.event"].search([("partner_id", "=", partner.id)])
        enrolment = program._enrol_partners(partner, self.start)
        enrolment.event_id = event
        self.run_due()
        runs = enrolment.step_run_ids.sorted("visit")
        self.assertEqual(runs.content_id.ids, [wanted.id, other.id])
        self.assertIn("/lifecycle/guide/", runs[0].trace_id.mail_mail_id.body_html)


@tagged("lifecycle")
class TestSurveyStep(MessageCommon):
    def test_each_contact_gets_a_personal_sheet(self):
        survey = self.env["survey.survey"].create(
            {
                "title": "Would you recommend us?",
                "access_mode": "public",
                "question_and_page_ids": [
                    (0, 0, {"title": "Score", "question_type": "scale"})
                ],
            }
        )
        message = self.make_message(
            '<p><a href="{{ links.survey }}">Answer</a></p>', category="service"
        )
        program = self.make_program(
            {
                "type": "survey",
                "message_id": message.id,
                "survey_id": survey.id,
                "key": "survey",
            }
        )
        partners = self.make_contacts(2)
        enrolments = program._enrol_partners(partners, self.start)
        self.run_due()
        sheets = survey.user_input_ids
        self.assertEqual(sheets.partner_id, partners)
        for enrolment in enrolments:
            sheet = sheets.filtered(lambda s, e=enrolment: s.partner_id == e.partner_id)
            body = enrolment.step_run_ids.trace_id.mail_mail_id.body_html
            self.assertIn(sheet.access_token, body)
            self.assertIn(survey.access_token, body)
