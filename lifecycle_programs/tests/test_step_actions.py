"""Steps that tell, mark, write and stop."""

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import LifecycleCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestNotice(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Tents",
                "member_ids": [Command.set(cls.salesperson.ids)],
            }
        )
        cls.channel = cls.env["discuss.channel"].create(
            {"name": "Shop", "channel_type": "channel"}
        )

    def run_notice(self, count, **values):
        program = self.make_program(
            {"type": "notice", "key": "tell", "note": "Has {{ orders.count }} orders"}
            | values
        )
        contacts = self.make_contacts(count)
        program._enrol_partners(contacts, self.start)
        self.run_due()
        return program, contacts

    def notices(self):
        return self.env["mail.message"].search([("subject", "=", "test_program: tell")])

    def test_one_message_for_a_batch(self):
        """Colleagues are told (R122), in one message about all, each of them once, and
        nothing is sent inside the transaction."""
        program, contacts = self.run_notice(
            25,
            notice_user_ids=[Command.set((self.marketer + self.salesperson).ids)],
            notice_team_id=self.team.id,
        )
        notice = self.notices()
        self.assertEqual(len(notice), 1)
        told = (self.marketer + self.salesperson).partner_id
        self.assertEqual(notice.notified_partner_ids, told)
        self.assertIn(contacts[0].name, notice.body)
        self.assertIn("Has 0 orders", notice.body)
        self.assertIn("and 5 more", notice.body)
        mails = self.env["mail.mail"].search([("mail_message_id", "=", notice.id)])
        self.assertEqual(set(mails.mapped("state")) - {"outgoing"}, set())
        run = self.enrolment_of(contacts[0], program).step_run_ids
        self.assertEqual(run.outcome, "done")
        self.assertIn(self.marketer.name, run.detail["told"])

    def test_into_a_channel(self):
        before = self.channel.message_ids
        self.run_notice(3, notice_channel_id=self.channel.id)
        message = self.channel.message_ids - before
        self.assertEqual(len(message), 1)
        self.assertEqual(message.author_id, self.env.ref("base.partner_root"))
        self.assertIn("Person 2", message.body)

    def test_names_are_no_markup(self):
        program = self.make_program(
            {"type": "notice", "key": "tell", "notice_channel_id": self.channel.id}
        )
        program._enrol_partners(self.make_contact("Liisa <img src=x>"), self.start)
        self.run_due()
        self.assertNotIn("<img", self.channel.message_ids[0].body)

    def test_nobody_to_tell(self):
        program = self.make_program(
            {
                "type": "notice",
                "key": "tell",
                "notice_user_ids": [Command.set(self.marketer.ids)],
            }
        )
        self.marketer.active = False
        contacts = self.make_contact()
        program._enrol_partners(contacts, self.start)
        self.run_due()
        self.assertSteps(
            self.enrolment_of(contacts, program), ["tell skipped nobody_to_tell"]
        )

    def test_needs_somebody(self):
        with self.assertRaisesRegex(ValidationError, "who is told"):
            self.run_notice(1)

    def test_not_into_a_channel_that_is_closed_to_the_marketer(self):
        secret = self.env["discuss.channel"].create(
            {"name": "Board", "channel_type": "group"}
        )
        program = self.make_program({"type": "notice", "key": "tell"}, publish=False)
        step = program.draft_version_id.step_ids.with_user(self.marketer)
        with self.assertRaises(AccessError):
            step.notice_channel_id = secret.id


@tagged("lifecycle", "post_install", "-at_install")
class TestMark(LifecycleCommon):
    def test_tags_come_and_go(self):
        """A status as a step (R71)."""
        gold, old = self.env["res.partner.category"].create(
            [{"name": "Gold"}, {"name": "Old"}]
        )
        program = self.make_program(
            {"type": "tag", "key": "add", "tag_ids": [Command.set(gold.ids)]},
            {
                "type": "tag",
                "key": "remove",
                "tag_action": "remove",
                "tag_ids": [Command.set(old.ids)],
            },
        )
        both, none = self.make_contacts(2)
        both.category_id = gold + old
        program._enrol_partners(both + none, self.start)
        self.run_due()
        self.assertEqual(both.category_id, gold)
        self.assertEqual(none.category_id, gold)
        self.assertSteps(
            self.enrolment_of(both, program),
            ["add skipped nothing_to_change", "remove done"],
        )
        self.assertSteps(
            self.enrolment_of(none, program),
            ["add done", "remove skipped nothing_to_change"],
        )

    def test_badge_is_earned_once_and_is_a_fact(self):
        """Badges as a step (R71), milestones that messages can name (R46)."""
        badge = self.env["lifecycle.badge"].create({"name": "Ten", "code": "ten"})
        program = self.make_program(
            {"type": "milestone", "key": "badge", "badge_id": badge.id},
            {"type": "milestone", "key": "again", "badge_id": badge.id},
        )
        contact = self.make_contact()
        program._enrol_partners(contact, self.start)
        self.run_due(hours=1)
        self.assertSteps(
            self.enrolment_of(contact, program),
            ["badge done", "again skipped had_the_badge"],
        )
        milestone = contact.lifecycle_milestone_ids
        self.assertEqual(milestone.reached_at, self.at(hours=1))
        self.assertEqual(milestone.program_id, program)
        self.assertEqual(badge.milestone_count, 1)

        def facts(**delta):
            return self.env["lifecycle.fact"]._read(
                contact.ids,
                ["milestones.badges", "milestones.days_since_badge"],
                self.company,
                self.at(**delta),
            )[contact.id]

        self.assertEqual(
            facts(days=3),
            {"milestones.badges": ("ten",), "milestones.days_since_badge": 2},
        )
        self.assertEqual(facts(hours=0)["milestones.badges"], ())

    def test_milestones_are_of_a_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        milestone = self.env["lifecycle.milestone"].create(
            {
                "badge_id": self.env["lifecycle.badge"]
                .create({"name": "Ten", "code": "ten"})
                .id,
                "partner_id": self.make_contact().id,
                "company_id": other.id,
                "reached_at": self.start,
            }
        )
        seen = self.env["lifecycle.milestone"].with_user(self.salesperson).search([])
        self.assertNotIn(milestone, seen)
        with self.assertRaises(AccessError):
            milestone.with_user(self.marketer).reached_at = self.at(days=1)


@tagged("lifecycle", "post_install", "-at_install")
class TestField(LifecycleCommon):
    def run_field(self, name, value, contacts):
        program = self.make_program(
            {"type": "field", "key": "f", "field_name": name, "field_value": value}
        )
        program._enrol_partners(contacts, self.start)
        self.run_due()
        return program

    def test_sets_a_field(self):
        contacts = self.make_contacts(2)
        contacts[0].function = "Buyer"
        program = self.run_field("function", "Buyer", contacts)
        self.assertEqual(contacts.mapped("function"), ["Buyer", "Buyer"])
        for contact, expected in zip(
            contacts, ["f skipped nothing_to_change", "f done"], strict=True
        ):
            self.assertSteps(self.enrolment_of(contact, program), [expected])

    def test_custom_fields_of_plain_types(self):
        self.env["ir.model.fields"].create(
            [
                {
                    "model_id": self.env["ir.model"]._get_id("res.partner"),
                    "name": f"x_{kind}",
                    "ttype": kind,
                    "field_description": kind,
                }
                for kind in ("date", "boolean", "integer", "float")
            ]
        )
        contact = self.make_contact()
        step = self.env["lifecycle.step"].new()
        for kind, text, value in (
            ("date", "2027-05-31", "2027-05-31"),
            ("date", "today", str(self.company._lifecycle_today(self.start))),
            ("boolean", "Yes", "True"),
            ("integer", "12", "12"),
            ("float", "1.5", "1.5"),
            ("date", "", "False"),
        ):
            step.field_name, step.field_value = f"x_{kind}", text
            contact[f"x_{kind}"] = step._get_field_value(self.start)
            self.assertEqual(str(contact[f"x_{kind}"]), value)
        for kind, text in (("date", "soon"), ("boolean", "9"), ("integer", "1.5")):
            step.field_name, step.field_value = f"x_{kind}", text
            with self.assertRaisesRegex(ValidationError, "is no value"):
                step._get_field_value(self.start)

    def test_no_other_field_can_be_chosen(self):
        """Access, consent, identity, computed and technical fields are closed, also to
        whoever writes past the form."""
        program = self.make_program({"type": "field", "key": "f"}, publish=False)
        step = program.draft_version_id.step_ids.with_user(self.marketer)
        settable = set(step._settable_fields())
        partner = self.env["res.partner"]
        for name, field in partner._fields.items():
            if name in settable:
                self.assertFalse(field.compute or field.related or field.groups, name)
                continue
            with self.assertRaises(ValidationError, msg=name):
                step.field_name = name
        for name in (
            "active",
            "company_id",
            "email",
            "is_company",
            "name",
            "parent_id",
            "phone",
            "signup_type",
            "user_ids",
            "vat",
        ):
            self.assertNotIn(name, settable)

    def test_a_field_that_is_closed_later_is_not_written(self):
        """What the database says about a step is checked again when it runs."""
        contact = self.make_contact()
        program = self.run_field("function", "Buyer", contact)
        self.env.cr.execute(
            "UPDATE lifecycle_step SET field_name = 'active', field_value = 'no'"
            " WHERE id = %s",
            [program.version_id.step_ids.id],
        )
        self.env.invalidate_all()
        with self.assertRaises(ValidationError):
            program.version_id.step_ids._get_field_value(self.start)

    def test_wrong_value_cannot_be_published(self):
        with self.assertRaisesRegex(ValidationError, "is no value"):
            self.run_field("color", "red", self.make_contact())


@tagged("lifecycle", "post_install", "-at_install")
class TestStop(LifecycleCommon):
    def test_stops_another_program_at_once(self):
        """Who is taken out gets nothing more, also when both are due in one batch."""
        badge = self.env["lifecycle.badge"].create({"name": "Ten", "code": "ten"})
        stopper = self.make_program(
            {"type": "stop_program", "key": "stop"}, publish=False, code="stopper"
        )
        stopped = self.make_program(
            {"type": "milestone", "key": "badge", "badge_id": badge.id}, code="stopped"
        )
        stopper.draft_version_id.step_ids.stopped_program_id = stopped
        stopper.action_publish()
        contact, other = self.make_contacts(2)
        stopper._enrol_partners(contact + other, self.start)
        stopped._enrol_partners(contact, self.start)
        self.run_due()
        self.assertFalse(contact.lifecycle_milestone_ids)
        left = self.enrolment_of(contact, stopped)
        self.assertEqual((left.state, left.end_reason), ("exited", "stopped"))
        self.assertFalse(left.step_run_ids)
        self.assertSteps(self.enrolment_of(contact, stopper), ["stop done"])
        self.assertSteps(
            self.enrolment_of(other, stopper), ["stop skipped not_in_program"]
        )

    def test_not_itself_and_not_another_companys(self):
        program = self.make_program(
            {"type": "stop_program", "key": "stop"}, publish=False
        )
        step = program.draft_version_id.step_ids
        step.stopped_program_id = program
        with self.assertRaisesRegex(ValidationError, "does not stop itself"):
            program.action_publish()
        company = self.env["res.company"].create({"name": "Other"})
        step.stopped_program_id = self.env["lifecycle.program"].create(
            {"name": "Far", "code": "far", "company_id": company.id}
        )
        with self.assertRaisesRegex(ValidationError, "another company"):
            program.action_publish()


@tagged("lifecycle", "post_install", "-at_install")
class TestReview(LifecycleCommon):
    def ask(self, **delta):
        programs = self.env["lifecycle.program"]._ask_for_reviews(self.at(**delta))
        return programs.filtered(lambda program: program == self.program)

    def test_the_owner_is_asked_once_a_year(self):
        """Whether a program still fits is looked at in time (R132)."""
        self.program = self.make_program({"type": "end", "key": "end"})
        self.program.user_id = self.marketer
        today = self.company._lifecycle_today(self.start)
        self.assertEqual(self.program.review_on.year, today.year + 1)
        self.assertFalse(self.ask(days=360))
        self.assertTrue(self.ask(days=367))
        self.assertFalse(self.ask(days=368))
        task = self.program.activity_ids
        self.assertEqual(len(task), 1)
        self.assertEqual(task.user_id, self.marketer)
        self.program.review_on = self.at(days=500)
        self.assertFalse(self.ask(days=400))
        self.assertTrue(self.ask(days=501))

    def test_a_chosen_day_stays(self):
        self.program = self.make_program(
            {"type": "end", "key": "end"}, review_on=self.at(days=30)
        )
        self.assertEqual(self.program.review_on, self.at(days=30).date())
        self.program.action_pause()
        self.assertTrue(self.ask(days=31))
