"""What the tests of messages share."""

from .common import LifecycleCommon

CATEGORY = "lifecycle_programs.lifecycle_category_"


class MessageCommon(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fi_FI")
        cls.company.email = "hello@acme.example"
        cls.company.website = "https://acme.example"

    @classmethod
    def make_message(cls, body="<p>Hello {{ contact.name }}</p>", **values):
        category = cls.env.ref(CATEGORY + values.pop("category", "marketing"))
        return cls.env["lifecycle.message"].create(
            {
                "name": "Test message",
                "channel": "mail",
                "category_id": category.id,
                "subject": "Hello {{ contact.first_name or 'you' }}",
                "body": body,
                **values,
            }
        )

    @classmethod
    def make_mail_step(cls, message=None, step=None, **program):
        """A program with one message step, and the step."""
        message = message or cls.make_message()
        values = {"type": message.channel, "message_id": message.id, "key": "message"}
        program = cls.make_program(
            values | (step or {}), {"type": "end", "key": "end"}, **program
        )
        return program.version_id.step_ids[0]

    def set_cap(self, count):
        """So many marketing mails in 7 days; 0 for no limit."""
        self.env.ref("lifecycle_programs.lifecycle_cap_mail").count = count

    def enrol(self, step, partners):
        return step.program_id._enrol_partners(partners, self.start)

    def send(self, step, partners, now=None, **payload):
        """Enrol contacts and run the step: the enrolments, and results by contact."""
        enrolments = self.enrol(step, partners)
        if payload:
            enrolments.write({"payload": payload})
        results = getattr(step, f"_run_{step.type}_batch")(
            enrolments, now or self.start
        )
        return enrolments, {
            enrolment.partner_id: results[enrolment.id] for enrolment in enrolments
        }

    def mail_of(self, result):
        trace = self.env["mailing.trace"].browse(result.values["trace_id"])
        return trace.mail_mail_id
