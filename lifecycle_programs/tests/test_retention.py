from odoo.tests import tagged

from .messages_common import MessageCommon


@tagged("post_install", "-at_install", "lifecycle")
class TestRetention(MessageCommon):
    def run_program(self, category="marketing", wait=False, **step):
        """One contact through one mail step; the step run of the mail."""
        message = self.make_message(category=category)
        steps = [{"type": "mail", "key": "mail", "message_id": message.id, **step}]
        steps.append({"type": "wait", "wait_value": 9999} if wait else {"type": "end"})
        program = self.make_program(*steps, code=f"{category}_{wait}_{len(step)}")
        contact = self.make_contact(program.code.replace("_", " "))
        enrolment = program._enrol_partners(contact, self.start)
        self.run_due()
        return enrolment.step_run_ids.filtered(lambda run: run.step_type == "mail")

    def delete_old(self, limit=100, **delta):
        return self.env["lifecycle.step.run"]._delete_old(self.at(**delta), limit)

    def test_old_history_goes_when_the_contact_has_left(self):
        self.company.lifecycle_keep_months = 12
        old = self.run_program()
        inside = self.run_program(wait=True)
        evidence = self.run_program(category="billing")
        self.assertFalse(self.delete_old(days=300))
        self.assertTrue(old.exists())
        self.assertEqual(self.delete_old(days=400), 3, "a mail, and two ends")
        self.assertFalse(old.exists())
        self.assertTrue(inside.exists(), "still in the program")
        self.assertTrue(evidence.exists(), "kept as it was sent")
        self.assertFalse(self.delete_old(days=400))

    def test_an_article_is_remembered_its_values_are_not(self):
        self.company.lifecycle_keep_months = 12
        self.env["lifecycle.content"].create(
            {
                "name": "Tents",
                "kind": "article",
                "link": "https://acme.example/tents",
            }
        )
        run = self.run_program(content_kind="article")
        self.assertTrue(run.content_id and run.detail)
        self.delete_old(days=400)
        run.invalidate_recordset()
        self.assertTrue(run.exists().content_id)
        self.assertFalse(run.detail)
        self.assertFalse(self.delete_old(days=400))

    def test_batches_and_none(self):
        self.run_program()
        self.company.lifecycle_keep_months = 0
        self.assertFalse(self.delete_old(days=9999))
        self.company.lifecycle_keep_months = 1
        self.assertEqual(self.delete_old(limit=1, days=99), 1)
        self.assertEqual(self.delete_old(limit=9, days=99), 1)
        self.assertEqual(
            self.env["lifecycle.step.run"]._gc_step_runs(), (0, 0), "nothing is old"
        )
