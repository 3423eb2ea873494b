from datetime import timedelta

from odoo.tests import tagged

from .test_alerts import FRIDAY, WEDNESDAY, AlertCommon


@tagged("post_install", "-at_install", "lifecycle")
class TestTask(AlertCommon):
    def make_task_program(self, **values):
        program = self.make_program(
            {"type": "activity", "name": "Call", "due_days": 2, **values},
            code="tasks",
            publish=False,
        )
        program.user_id = self.marketer
        return program

    def run_task(self, program, partners, now=WEDNESDAY):
        enrolments = self.put_in(partners, program=program)
        step = program.step_ids
        results = step._run_activity_batch(enrolments, now)
        return [results[enrolment.id] for enrolment in enrolments]

    def task(self, result):
        return self.env["mail.activity"].browse(result.values["detail"]["activity_id"])

    def test_on_the_open_opportunity_else_on_the_contact(self):
        one, two = self.make_contacts(2)
        lead = self.make_lead(one, user_id=self.anna.id)
        first, second = map(
            self.task, self.run_task(self.make_task_program(), one + two, FRIDAY)
        )
        self.assertEqual((first.res_model, first.res_id), ("crm.lead", lead.id))
        self.assertEqual(first.user_id, self.anna)
        self.assertEqual((second.res_model, second.res_id), ("res.partner", two.id))
        self.assertEqual(second.user_id, self.marketer)
        self.assertEqual(first.date_deadline, FRIDAY.date() + timedelta(days=4))
        self.assertEqual(first.summary, "Call")

    def test_the_note_knows_the_contact_and_is_not_markup(self):
        partner = self.make_contact("Liisa <b>", user_id=self.anna.id)
        program = self.make_task_program(note="Ask {{ contact.name }} <i>kindly</i>")
        (result,) = self.run_task(program, partner)
        note = self.task(result).note
        self.assertIn("Liisa &lt;b&gt;", note)
        self.assertNotIn("<i>", note)

    def test_only_above_a_value(self):
        poor, rich = self.make_contacts(2)
        self.make_order(poor, amount=99)
        self.make_order(rich, amount=100)
        results = self.run_task(self.make_task_program(min_value=100), poor + rich)
        self.assertEqual(
            [(result.outcome, result.reason) for result in results],
            [("skipped", "below_value"), ("done", None)],
        )

    def test_assigned_as_the_step_says(self):
        partner = self.make_contact(user_id=self.anna.id)
        program = self.make_task_program(user_id=self.bo.id)
        (result,) = self.run_task(program, partner)
        self.assertEqual(self.task(result).user_id, self.bo)

    def test_batch_costs_the_same_for_ten_and_a_hundred(self):
        program = self.make_task_program(note="Ask {{ contact.name }}", min_value=0)

        def cost(count):
            enrolments = self.put_in(
                self.make_contacts(count, user_id=self.anna.id), program=program
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            program.step_ids._run_activity_batch(enrolments, WEDNESDAY)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        cost(2)
        self.assertEqual(cost(10), cost(100))
