"""The editor of messages: preview, problems, fields, test."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..engine import compile_template
from .messages_common import MessageCommon

BROKEN = """
<p><a href="">Nowhere</a> <a href="http://localhost:8069/x">Here</a>
<a href="www.acme.example">No scheme</a> <a href="{{ entry.link or '/shop' }}">Fine</a>
<a href="mailto:hello@acme.example">Fine too</a></p>
<p><img src="/web/image/5-abc/tent.png"/> ${object.name}</p>
"""


@tagged("lifecycle")
class TestMessageEditor(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.editor = cls.env["lifecycle.message.editor"].with_user(cls.marketer)
        cls.message = cls.make_message()
        cls.liisa = cls.make_contact()

    def problems_of(self, message, **form):
        found = message._find_problems(form)
        return {problem.message: problem for problem in found}

    def find(self, message, words, **form):
        found = [
            problem
            for text, problem in self.problems_of(message, **form).items()
            if words in text
        ]
        self.assertEqual(len(found), 1, (words, message._find_problems(form)))
        return found[0]

    # ------------------------------------------------------------
    # PREVIEW
    # ------------------------------------------------------------

    def test_what_is_typed_is_shown_before_it_is_saved(self):
        form = {"subject": "Terve {{ contact.first_name }}", "body": "<p>New</p>"}
        seen = self.editor.preview(self.message.id, form, self.liisa.id)
        self.assertEqual(seen["subject"], "Terve Liisa")
        self.assertIn("<p>New</p>", seen["html"])
        self.assertIn("New", seen["plain"])
        self.assertFalse(seen["error"])
        self.assertEqual(seen["contact"]["id"], self.liisa.id)
        self.assertEqual(
            self.message.subject, "Hello {{ contact.first_name or 'you' }}"
        )

    def test_a_new_message_is_shown_too(self):
        form = {"channel": "mail", "subject": "Hi", "body": "<p>{{ contact.name }}</p>"}
        seen = self.editor.preview(False, form, self.liisa.id)
        self.assertIn(self.liisa.name, seen["html"])

    def test_scripts_of_a_form_are_gone_before_they_are_shown(self):
        form = {"body": '<p onclick="x()">a</p><script>steal()</script>'}
        seen = self.editor.preview(self.message.id, form, self.liisa.id)
        self.assertNotIn("steal", seen["html"])
        self.assertNotIn("onclick", seen["html"])

    def test_a_discount_that_nobody_has_yet_is_shown_as_a_sample(self):
        form = {"body": "<p>{{ grant.code }} until {{ grant.ends_on | date }}</p>"}
        seen = self.editor.preview(self.message.id, form, self.liisa.id)
        self.assertFalse(seen["error"])
        self.assertIn("SAMPLE-CODE until", seen["plain"])
        self.assertIn("Code of the discount", seen["missing"])

    def test_an_error_names_its_text_and_placeholder(self):
        form = {"subject": "Hi {{ contact.first_name or }}"}
        error = self.editor.preview(self.message.id, form, self.liisa.id)["error"]
        self.assertEqual(error["text"], "subject")
        self.assertEqual(error["found"], "{{ contact.first_name or }}")
        self.assertIn("Something is missing", error["message"])

    def test_each_language_is_shown_as_written_or_as_it_falls_back(self):
        self.message.with_context(lang="fi_FI").body = "<p>Terve</p>"
        form = {"subject": "New", "body": "<p>New</p>"}
        finnish = self.editor.preview(self.message.id, form, self.liisa.id, "fi_FI")
        self.assertIn("Terve", finnish["html"])
        # The subject was never translated, so Finns get the English one.
        self.assertEqual(finnish["subject"], "New")

    def test_sms_has_its_parts(self):
        form = {
            "channel": "sms",
            "body_text": "Hei {{ contact.first_name }} " + "a" * 150,
        }
        seen = self.editor.preview(self.message.id, form, self.liisa.id)
        self.assertIn("Hei Liisa", seen["sms"])
        self.assertEqual(seen["size"]["parts"], 2)
        self.assertEqual(seen["size"]["encoding"], "GSM")

    # ------------------------------------------------------------
    # PROBLEMS
    # ------------------------------------------------------------

    def test_broken_links_and_images(self):
        found = self.problems_of(self.make_message(BROKEN), **{})
        texts = "\n".join(found)
        self.assertTrue(self.find(self.make_message(BROKEN), "“Nowhere”").is_blocking)
        for words in ("this machine", "“No scheme”", "tent.png", "${object.name}"):
            self.assertIn(words, texts)
        for words in ("“Fine”", "“Fine too”"):
            self.assertNotIn(words, texts)

    def test_the_nearest_name_is_offered(self):
        problem = self.find(
            self.message, "contact.frist_name", subject="Hi {{ contact.frist_name }}"
        )
        self.assertTrue(problem.is_blocking)
        self.assertEqual(problem.found, "{{ contact.frist_name }}")
        self.assertEqual(problem.replacement, "{{ contact.first_name }}")

    def test_subject_size_and_translations(self):
        self.assertFalse(
            self.find(self.message, "telephones cut it", subject="x" * 61).is_blocking
        )
        self.assertTrue(self.find(self.message, "is empty", subject=" ").is_blocking)
        self.find(self.message, "kB", body=f"<p>{'word ' * 25_000}</p>")
        for problem in self.message._find_problems():
            self.assertIn("Finnish", problem.message)
            self.assertFalse(problem.is_blocking)
        for name in ("subject", "body"):
            self.message.with_context(lang="fi_FI")[name] = "Hei {{ contact.name }}"
        self.assertEqual(self.message._find_problems(), [])

    def test_sms_that_costs(self):
        sms = self.make_message(channel="sms", subject=False, body_text="Hi")
        self.find(sms, "each of which costs", body_text="word " * 150)
        self.find(sms, "Curly quotation marks", body_text="“Hi”")

    def test_no_way_to_say_no_blocks(self):
        """Also when somebody has changed the frame of the mails."""
        view = self.env.ref("lifecycle_programs.mail_layout")
        view.arch = view.arch.replace("preferences_mark", "no_mark")
        problem = self.find(self.message, "no link to unsubscribe")
        self.assertTrue(problem.is_blocking)
        with_link = '<p><a href="{{ links.preferences }}">No</a></p>'
        self.assertNotIn(
            "no link", "".join(self.problems_of(self.message, body=with_link))
        )
        billing = self.env.ref("lifecycle_programs.lifecycle_category_billing")
        self.assertNotIn(
            "no link", "".join(self.problems_of(self.message, category_id=billing.id))
        )
        self.find(self.message, "Nobody can", body=with_link, category_id=billing.id)

    def test_publishing_asks_the_same(self):
        message = self.make_message('<p><a href="#">a</a><a href="">b</a> text</p>')
        program = self.make_program(
            {"type": "mail", "message_id": message.id, "key": "mail"},
            {"type": "end", "key": "end"},
            publish=False,
        )
        wizard = self.env["lifecycle.publish"].create({"program_id": program.id})
        self.assertIn("“b”: it leads nowhere", wizard.problems)
        self.assertIn("“a”: it leads nowhere", wizard.warnings)
        with self.assertRaisesRegex(ValidationError, "leads nowhere"):
            wizard.action_publish()
        message.body = "<p>text</p>"
        wizard = self.env["lifecycle.publish"].create({"program_id": program.id})
        self.assertFalse(wizard.problems)
        self.assertIn("Finnish", wizard.warnings)
        wizard.action_publish()

    # ------------------------------------------------------------
    # FIELDS AND BLOCKS
    # ------------------------------------------------------------

    def test_everything_in_the_menu_can_be_sent(self):
        """For somebody of whom nothing is known, too."""
        for channel, text in (("mail", "body"), ("sms", "body_text")):
            setup = self.editor.get_setup(self.message.id, channel)
            items = [item for group in setup["groups"] for item in group["items"]]
            self.assertGreater(len(items), 100)
            needs_value = ("grant.description", "content.title")
            for item in items:
                if any(name in item["source"] for name in needs_value):
                    continue
                with self.subTest(item["label"]):
                    form = {
                        "channel": channel,
                        "subject": "Hi",
                        text: f"text {item['source']}",
                    }
                    self.assertEqual(
                        self.message._find_template_problems(
                            text,
                            self.message._get_sources("en_US", form)[text],
                            "English",
                        ),
                        [],
                    )
        sources = "".join(item["source"] for item in items)
        example = self.message._render_example(
            self.liisa, form={"channel": "sms", "body_text": sources}
        )
        self.assertFalse(example.error)

    def test_a_rule_becomes_a_block(self):
        """Words for some only (R85)."""
        rule = 'orders.count >= 2 and "Oulu" in contact.tags'
        made = self.editor.make_condition(rule, self.message.id)
        template = compile_template(
            f"{{% if {made['condition']} %}}yes{{% endif %}}", html=True
        )
        self.assertEqual(
            template.render({"orders.count": 3, "contact.tags": ["Oulu"]}), "yes"
        )
        self.assertEqual(template.render({"orders.count": 3}), "")
        self.assertIn("problem", self.editor.make_condition("orders.count >", False))
        self.assertIn(
            "problem", self.editor.make_condition("event.amount > 3", self.message.id)
        )

    # ------------------------------------------------------------
    # TEST AND RIGHTS
    # ------------------------------------------------------------

    def test_a_test_is_marked_and_not_tracked(self):
        runs = self.env["lifecycle.step.run"].search_count([])
        form = {"subject": "Hi {{ contact.first_name }}"}
        address = self.editor.send_test(
            self.message.id, form, self.liisa.id, False, "Me <me@acme.example>"
        )
        self.assertEqual(address, "me@acme.example")
        mail = self.env["mail.mail"].search([("email_to", "=", address)])
        self.assertEqual(mail.subject, "[Test] Hi Liisa")
        self.assertIn("This is a test", mail.body_html)
        self.assertIn(self.liisa.name, mail.body_html)
        self.assertEqual(mail.state, "outgoing")
        self.assertFalse(mail.mailing_id or mail.mailing_trace_ids or mail.model)
        self.assertNotIn("/r/", mail.body_html)
        self.assertNotIn("/lifecycle/", mail.body_html)
        self.assertEqual(self.env["lifecycle.step.run"].search_count([]), runs)

    def test_a_test_sms(self):
        form = {"channel": "sms", "body_text": "Hi {{ contact.first_name }}"}
        number = self.editor.send_test(
            self.message.id, form, self.liisa.id, False, "+358 40 123 4567"
        )
        sms = self.env["sms.sms"].search([("number", "=", number)])
        self.assertTrue(sms.body.startswith("[Test] Hi Liisa"))
        self.assertFalse(sms.mailing_id)

    def test_a_test_goes_to_one_right_address(self):
        for address in ("", "nobody", "a@acme.example, b@acme.example"):
            with self.assertRaises(ValidationError, msg=address):
                self.editor.send_test(
                    self.message.id, {}, self.liisa.id, False, address
                )
        with self.assertRaises(UserError):
            self.editor.send_test(
                self.message.id,
                {"subject": "{{ entry.order }}"},
                self.liisa.id,
                False,
                "a@acme.example",
            )

    def test_who_may_not_does_not(self):
        nobody = new_test_user(self.env, "lifecycle_nobody", "base.group_user")
        seller = new_test_user(
            self.env,
            "lifecycle_seller_x",
            "base.group_user,sales_team.group_sale_salesman,"
            "lifecycle_programs.group_lifecycle_user",
        )
        message = self.message.id
        for call in (
            lambda editor: editor.preview(message, {}, self.liisa.id),
            lambda editor: editor.get_setup(message, "mail"),
            lambda editor: editor.make_condition("orders.count > 1", message),
        ):
            with self.assertRaises(AccessError):
                call(self.editor.with_user(nobody))
        with self.assertRaises(AccessError):
            self.editor.with_user(seller).send_test(
                message, {}, self.liisa.id, False, "a@acme.example"
            )

    def test_a_contact_or_message_of_another_company_stays_unseen(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "lifecycle_stranger",
            "base.group_user,lifecycle_programs.group_lifecycle_marketer",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        step = self.make_mail_step(self.make_message())
        editor = self.editor.with_user(stranger)
        with self.assertRaises(AccessError):
            editor.preview(step.message_id.id, {}, self.liisa.id)
        with self.assertRaises(AccessError):
            editor.send_test(
                step.message_id.id, {}, self.liisa.id, False, "a@acme.example"
            )
        hidden = self.make_contact(email="hidden@example.com")
        hidden.company_id = self.company
        with self.assertRaises(AccessError):
            editor.preview(False, {"channel": "mail"}, hidden.id)
