"""What can be put into a message: the "Insert" menu of the editor."""

from datetime import date

from markupsafe import Markup

from odoo import models
from odoo.tools.translate import LazyTranslate

from .lifecycle_message import TEXTS
from .lifecycle_rules import ENROLMENT_FACTS

_lt = LazyTranslate(__name__)

#: The values of `MESSAGE_VALUES` that people choose, under their headings: label,
#: source, example. Blocks bring the content and the offers, see `_get_blocks`.
VALUES = (
    (
        _lt("Sender"),
        (
            (_lt("Name of the sender"), "{{ sender.name }}", "Anna Virtanen"),
            (_lt("Function of the sender"), "{{ sender.function or '' }}", "Sales"),
            (_lt("Phone of the sender"), "{{ sender.phone or '' }}", "+358 9 123 456"),
            (
                _lt("Email of the sender"),
                "{{ sender.email or '' }}",
                "anna@example.com",
            ),
        ),
    ),
    (
        _lt("Company"),
        (
            (_lt("Name of the company"), "{{ company.name }}", ""),
            (_lt("Phone of the company"), "{{ company.phone or '' }}", ""),
            (_lt("Email of the company"), "{{ company.email or '' }}", ""),
            (_lt("Website of the company"), "{{ company.website or '' }}", ""),
        ),
    ),
    (
        _lt("Discount"),
        (
            (_lt("Code of the discount"), "{{ grant.code or '' }}", "SAVE-1234"),
            (_lt("What the discount is"), "{{ grant.description or '' }}", "10 %"),
            (_lt("Last day of the discount"), "{{ grant.ends_on | date or '' }}", ""),
        ),
    ),
    (
        _lt("Content"),
        (
            (_lt("Title of the content"), "{{ content.title or '' }}", ""),
            (_lt("Text of the content"), "{{ content.text or '' }}", ""),
        ),
    ),
)
#: Texts with links: they stand in mails only.
LINKS = (
    (_lt("Preferences and unsubscribe"), "links.preferences"),
    (_lt("No thanks to this"), "links.no_thanks"),
    (_lt("Answer the survey"), "links.survey"),
)
OFFERS = Markup(
    "<ul>{% for offer in offers %}<li>"
    "<a href=\"{{ offer.link or company.website or '#' }}\">{{ offer.name }}</a>"
    "{% if offer.price %} ({{ offer.price | money }}){% endif %}"
    "{% if offer.pitch %}: {{ offer.pitch }}{% endif %}"
    "</li>{% endfor %}</ul>"
)


class LifecycleMessage(models.Model):
    _inherit = "lifecycle.message"

    def _get_insert_groups(self, channel):
        """The groups of the menu. An item has a ``label``, the ``source`` that is put
        in (HTML in a mail or the portal), and perhaps an ``example`` and a ``help``.

        :rtype: list[dict]
        """
        is_mail = "body" in TEXTS.get(channel, ())
        groups = [
            {"label": self.env._("Ready made"), "items": self._get_blocks(is_mail)},
            *self._get_fact_groups(),
            {"label": self.env._("Program"), "items": self._get_program_items()},
        ]
        groups += [
            {
                "label": self.env._(heading),
                "items": [
                    {"label": self.env._(label), "source": source, "example": example}
                    for label, source, example in values
                ],
            }
            for heading, values in VALUES
        ]
        if is_mail:
            groups.append(
                {
                    "label": self.env._("Links"),
                    "items": [
                        self._get_link_item(self.env._(label), name)
                        for label, name in LINKS
                    ],
                }
            )
        return [group for group in groups if group["items"]]

    def _get_labels(self):
        """What people call the values that a message may name, by name."""
        labels = {
            fact.name: fact.label
            for facts in (
                self.env["lifecycle.fact"]._facts(),
                self._get_entry_facts(),
                ENROLMENT_FACTS,
            )
            for fact in facts.values()
        }
        labels |= {
            source.partition(" ")[2].partition(" ")[0]: self.env._(label)
            for _heading, values in VALUES
            for label, source, _example in values
        }
        labels |= {name: self.env._(label) for label, name in LINKS}
        for parameter in self.step_ids.program_id.parameter_ids:
            labels[f"param.{parameter.code}"] = parameter.name
        labels |= {
            "program.name": self.env._("Name of the program"),
            "content.link": self.env._("Link to the content"),
            "content.kind": self.env._("Kind of content"),
            "offers": self.env._("Products offered"),
            "offer.name": self.env._("Name of the product"),
            "offer.price": self.env._("Price of the product"),
            "offer.pitch": self.env._("What speaks for the product"),
            "offer.link": self.env._("Link to the product"),
        }
        return {name: label[:1].upper() + label[1:] for name, label in labels.items()}

    # ------------------------------------------------------------
    # FIELDS
    # ------------------------------------------------------------

    def _get_entry_facts(self):
        return self.env["lifecycle.event.type"]._payload_facts("entry")

    def _get_fact_groups(self):
        """The customer data, under its headings, and what the entry brought along."""
        groups = {}
        for fact in self.env["lifecycle.fact"]._facts().values():
            groups.setdefault(fact.group, []).append(self._get_fact_item(fact))
        entry = [self._get_fact_item(fact) for fact in self._get_entry_facts().values()]
        groups[self.env._("What the entry brought along")] = entry
        return [{"label": label, "items": items} for label, items in groups.items()]

    def _get_fact_item(self, fact):
        return {
            "label": fact.label[:1].upper() + fact.label[1:],
            "source": self._get_fact_source(fact),
            "example": self._say_example(fact),
            "help": fact.help,
        }

    def _get_fact_source(self, fact):
        """How a value is written, so that a contact without one gets nothing in its
        place and not no message."""
        if fact.type == "boolean":
            return f"{{% if {fact.name} %}}…{{% endif %}}"
        currency = self.env["lifecycle.fact"]._currency().name
        shape = {
            "date": " | date",
            "datetime": " | date",
            "number": " | money" if fact.unit == currency else " | number",
            "text_list": " | join(', ')",
            "number_list": " | join(', ')",
        }.get(fact.type, "")
        return f"{{{{ {fact.name}{shape}{'' if fact.always else ' or ' + repr('')} }}}}"

    def _say_example(self, fact):
        example = fact.example
        if example is None or isinstance(example, bool):
            return ""
        if isinstance(example, (list, tuple)):
            return ", ".join(map(str, example))
        if isinstance(example, date):
            return example.strftime("%Y-%m-%d")
        return f"{example} {fact.unit}".strip()

    def _get_program_items(self):
        items = [
            {
                "label": self.env._("Name of the program"),
                "source": "{{ program.name or '' }}",
                "example": self.step_ids.program_id[:1].name or "",
            }
        ]
        items += [
            {
                "label": parameter.name,
                "source": f"{{{{ param.{parameter.code} | number }}}}",
                "example": f"{parameter.value:.12g} {parameter.unit or ''}".strip(),
            }
            for parameter in self.step_ids.program_id.parameter_ids
        ]
        return items + [
            self._get_fact_item(fact)
            for fact in ENROLMENT_FACTS.values()
            if fact.type != "boolean"
        ]

    # ------------------------------------------------------------
    # BLOCKS
    # ------------------------------------------------------------

    def _get_link_item(self, label, name):
        html = Markup('<a href="{{ %s }}">%s</a>') % (name, label)
        return {"label": label, "source": html}

    def _get_blocks(self, is_mail):
        greeting = (
            self.env._("Hi") + "{% if contact.first_name %} {{ contact.first_name }}"
        )
        greeting += "{% endif %},"
        blocks = [
            {
                "label": self.env._("Greeting with the first name"),
                "source": Markup("<p>%s</p>") % greeting if is_mail else greeting,
                "example": self.env._("Hi Liisa,"),
                "help": self.env._("Who has no first name gets the greeting alone."),
            },
            {
                "label": self.env._("Only for some…"),
                "action": "condition",
                "source": "",
                "help": self.env._("Words that only those get who meet a condition."),
            },
        ]
        if not is_mail:
            return blocks
        return blocks + [
            {
                "label": self.env._("Products offered"),
                "source": OFFERS,
                "help": self.env._(
                    "What the program's table of offers, or its pick, gives."
                ),
            },
            {
                "label": self.env._("Content with its link"),
                "source": Markup(
                    "<p><strong>{{ content.title }}</strong>"
                    "{%% if content.text %%}<br>{{ content.text }}{%% endif %%}</p>"
                    '<p><a href="{{ content.link }}">%s</a></p>'
                )
                % self.env._("Read more"),
                "help": self.env._(
                    "The next item that the contact has not seen, as the step says."
                ),
            },
            {
                "label": self.env._("Discount with code and last day"),
                "source": Markup(
                    "<p>{{ grant.description }}: <strong>{{ grant.code }}</strong>, "
                    "%s {{ grant.ends_on | date }}.</p>"
                )
                % self.env._("valid until"),
                "help": self.env._("The step has to need a live discount."),
            },
            {
                "label": self.env._("Button"),
                "source": Markup(
                    '<p><a class="btn btn-primary" '
                    "href=\"{{ company.website or '#' }}\">%s</a></p>"
                )
                % self.env._("Have a look"),
            },
            {
                "label": self.env._("Closing with the sender"),
                "source": Markup("<p>%s<br>{{ sender.name }}</p>")
                % self.env._("Best regards,"),
            },
        ]
