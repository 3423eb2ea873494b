"""What is wrong with a message, or may be: one place for the editor, the checks when a
message is saved and those before a program is published."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import lxml.html

from odoo import models
from odoo.tools import html2plaintext, is_html_empty

from ..engine.errors import TemplateError
from ..engine.hints import nearest_name
from ..engine.sms import sms_length
from .lifecycle_message import ORDER, PLACEHOLDER, TEXTS, compile_cached
from .lifecycle_step_mail import PREFERENCES_MARK
from .portal_address import PUSH
from .speaking import in_user_language

#: Longer subjects are cut on a telephone.
MAX_SUBJECT = 60
#: Longer SMS are dear, and hardly read.
MAX_SMS_PARTS = 3
#: Gmail hides what comes after about so many bytes, the links to say no included.
MAX_MAIL_BYTES = 100_000
#: How long a placeholder is taken to be, until it is filled in.
USUAL_VALUE = "Sample text"
#: Placeholders of other systems, which nobody fills in here.
FOREIGN = re.compile(r"\$\{[^}]*\}|%%\w+%%|\[\[[^\]]+\]\]|\*\|\w+\|\*|\|\|\|")
LOCAL_HOSTS = re.compile(
    r"localhost|.*\.local|0\.0\.0\.0|127\.|10\.|192\.168\.|\[?::1", re.IGNORECASE
)


@dataclass(frozen=True)
class MessageProblem:
    """Something to mend in a message.

    :ivar severity: "blocking", or "warning" for what can be published
    :ivar text: field name of the text in which it is
    :ivar language: name of the language, empty where it concerns all of them
    :ivar message: what is wrong and what to do, whole sentences
    :ivar line: 1-based, or None
    :ivar column: 1-based, or None
    :ivar found: the placeholder in which it is wrong, or None
    :ivar replacement: what can stand in place of `found`, or None
    """

    severity: str
    text: str
    language: str
    message: str
    line: int | None = None
    column: int | None = None
    found: str | None = None
    replacement: str | None = None

    @property
    def is_blocking(self):
        return self.severity == "blocking"


class LifecycleMessage(models.Model):
    _inherit = "lifecycle.message"

    @in_user_language
    def _find_problems(self, form=None):
        """All problems of a message, the blocking ones first.

        :param dict form: what a form holds unsaved, see `_get_sources`
        :rtype: list[MessageProblem]
        """
        form = form or {}
        category = self.category_id
        if form.get("category_id"):
            category = category.browse(form["category_id"])
        channel = self._get_channel(form)
        if channel not in TEXTS:
            return []
        problems = []
        seen = set()
        for lang, language in self.env["res.lang"].get_installed():
            texts = self._get_sources(lang, form)
            if channel == ORDER:
                # Channels without a text are left out.
                texts = {
                    text: source
                    for text, source in texts.items()
                    if not is_html_empty(source)
                }
            # A language without texts of its own shows those of another one.
            own = {text: source for text, source in texts.items() if source not in seen}
            seen.update(texts.values())
            for text, source in own.items():
                found = self._find_template_problems(text, source, language)
                problems += found
                if not any(problem.is_blocking for problem in found):
                    check = getattr(self, f"_find_{text}_problems")
                    problems += check(source, language, category)
                    if text == "body_text" and channel != PUSH:
                        problems += self._find_sms_problems(source, language)
            if own and (channel == "mail" or channel == ORDER and "body" in texts):
                problems += self._find_frame_problems(category, lang, language, texts)
        problems += self._find_missing_translations(channel)
        return sorted(problems, key=lambda problem: not problem.is_blocking)

    def _find_template_problems(self, text, source, language):
        """What keeps a text from being sent: errors, unknown names."""
        try:
            template = compile_cached(source, html=text == "body")
        except TemplateError as error:
            return [
                MessageProblem(
                    "blocking",
                    text,
                    language,
                    f"{error.message}.",
                    error.line,
                    error.column,
                    error.found,
                )
            ]
        if not template.variables:
            return []
        known = self._get_known_names()
        problems = []
        for name in sorted(template.variables):
            if not self._is_known(name, known):
                line, column, found = template.find(name)
                nearest = nearest_name(name, sorted(known | self._get_numbers()))
                message = self.env._("There is no value called “%s”.", name)
                if nearest:
                    message += " " + self.env._("Did you mean “%s”?", nearest)
                problems.append(
                    MessageProblem(
                        "blocking",
                        text,
                        language,
                        message,
                        line,
                        column,
                        found,
                        found.replace(name, nearest) if found and nearest else None,
                    )
                )
        return problems

    def _get_numbers(self):
        """The names of the numbers of the programs that use the message."""
        parameters = self.step_ids.program_id.parameter_ids
        return {f"param.{code}" for code in parameters.mapped("code")}

    # ------------------------------------------------------------
    # TEXTS
    # ------------------------------------------------------------

    def _find_subject_problems(self, source, language, category):
        if not source.strip():
            text = self.env._("The subject is empty.")
            return [MessageProblem("blocking", "subject", language, text)]
        length = len(_without_placeholders(source))
        problems = []
        if length > MAX_SUBJECT:
            text = self.env._(
                "The subject has about %(length)s characters: telephones cut it after "
                "%(limit)s.",
                length=length,
                limit=MAX_SUBJECT,
            )
            problems.append(MessageProblem("warning", "subject", language, text))
        return problems + self._find_foreign("subject", source, language)

    def _find_body_problems(self, source, language, category):
        plain = html2plaintext(source).strip()
        if not plain and "<img" not in source:
            text = self.env._("The mail has no text.")
            return [MessageProblem("blocking", "body", language, text)]
        tree = lxml.html.fragment_fromstring(source, "div")
        problems = self._find_foreign("body", plain, language)
        for node in tree.iter("a"):
            problem = self._judge_link(node.get("href"))
            if problem:
                label = " ".join(node.text_content().split()) or self.env._(
                    "without a text"
                )
                text = self.env._(
                    "Link “%(label)s”: %(problem)s", label=label, problem=problem
                )
                severity = "warning" if node.get("href") else "blocking"
                problems.append(MessageProblem(severity, "body", language, text))
        for node in tree.iter("img"):
            name = (node.get("src") or "").split("?")[0].rpartition("/")[2]
            if not (node.get("alt") or "").strip():
                text = self.env._(
                    "The image “%s” has no description: many people read mails "
                    "without images. Double-click it to describe it.",
                    name,
                )
                problems.append(MessageProblem("warning", "body", language, text))
            problem = self._judge_link(node.get("src"))
            if problem:
                text = self.env._(
                    "Image “%(name)s”: %(problem)s", name=name, problem=problem
                )
                problems.append(MessageProblem("warning", "body", language, text))
        return problems

    def _find_body_text_problems(self, source, language, category):
        if not source.strip():
            text = self.env._("The short text is empty.")
            return [MessageProblem("blocking", "body_text", language, text)]
        return self._find_foreign("body_text", source, language)

    def _find_sms_problems(self, source, language):
        """What a short text costs as SMS."""
        _places, parts, encoding = sms_length(_without_placeholders(source))
        problems = []
        if parts > MAX_SMS_PARTS:
            text = self.env._(
                "The text takes about %(parts)s SMS, each of which costs. Keep it to "
                "%(limit)s.",
                parts=parts,
                limit=MAX_SMS_PARTS,
            )
            problems.append(MessageProblem("warning", "body_text", language, text))
        if encoding != "GSM" and sms_length(_plainer(source))[2] == "GSM":
            text = self.env._(
                "Curly quotation marks, long dashes and the like halve the room in an "
                "SMS. Write plain ones."
            )
            problems.append(MessageProblem("warning", "body_text", language, text))
        return problems

    def _find_foreign(self, text, source, language):
        """Placeholders that another system would fill in, as after pasting."""
        return [
            MessageProblem(
                "warning",
                text,
                language,
                self.env._(
                    "“%s” looks like a field of another system and would be sent as "
                    "it stands. Choose one from “Insert”.",
                    found,
                ),
            )
            for found in dict.fromkeys(FOREIGN.findall(PLACEHOLDER.sub("", source)))
        ]

    def _judge_link(self, url):
        """What is wrong with an address, or None. Nothing is asked of the network."""
        url = (url or "").strip()
        if PLACEHOLDER.search(url):
            return None
        if not url or url == "#":
            return self.env._("it leads nowhere.")
        if FOREIGN.search(url):
            return self.env._("its address holds a field of another system.")
        try:
            parts = urlsplit(url)
            host = parts.hostname
        except ValueError:
            return self.env._("“%s” is no address.", url)
        if parts.scheme in ("mailto", "tel", "sms", "data", "cid"):
            return None
        if url.startswith(("/", "?", "#")) and not url.startswith("//"):
            return None
        if parts.scheme not in ("http", "https") or not host:
            return self.env._(
                "“%s” is no address; a web address begins with https://.", url
            )
        if LOCAL_HOSTS.match(host):
            return self.env._("“%s” is an address of this machine only.", url)
        return None

    # ------------------------------------------------------------
    # THE WHOLE MESSAGE
    # ------------------------------------------------------------

    def _find_frame_problems(self, category, lang, language, texts):
        """Whether the recipient can say no, and the size of the whole mail."""
        frame = self.env["lifecycle.step"]._render_frame(category, lang).html
        problems = []
        has_link = "links.preferences" in texts.get("body", "")
        if category.can_opt_out and PREFERENCES_MARK not in frame and not has_link:
            text = self.env._(
                "The mail has no link to unsubscribe, and the category “%s” needs "
                "one. Insert “Preferences and unsubscribe”.",
                category.name,
            )
            problems.append(MessageProblem("blocking", "body", language, text))
        if not category.can_opt_out and has_link:
            text = self.env._(
                "Nobody can unsubscribe from “%s”: leave the link to the preferences "
                "out.",
                category.name,
            )
            problems.append(MessageProblem("warning", "body", language, text))
        size = len(frame.encode()) + len(texts.get("body", "").encode())
        if size > MAX_MAIL_BYTES:
            text = self.env._(
                "The mail has %(size)s kB. Mail programs cut it after %(limit)s kB, "
                "with the links to say no. Leave something out, or upload images "
                "instead of pasting them.",
                size=size // 1000,
                limit=MAX_MAIL_BYTES // 1000,
            )
            problems.append(MessageProblem("warning", "body", language, text))
        return problems

    def _find_missing_translations(self, channel):
        """Languages in which a text was not written, once some text was."""
        if not self.id:
            return []
        problems = []
        installed = dict(self.env["res.lang"].get_installed())
        for text in TEXTS[channel]:
            written = self._get_languages(text)
            missing = [name for code, name in installed.items() if code not in written]
            if not missing or not written:
                continue
            problems.append(
                MessageProblem(
                    "warning",
                    text,
                    "",
                    self.env._(
                        "%(field)s: not translated into %(languages)s. People who read "
                        "that get another language.",
                        field=self._fields[text]._description_string(self.env),
                        languages=", ".join(missing),
                    ),
                )
            )
        return problems

    # ------------------------------------------------------------
    # WORDS
    # ------------------------------------------------------------

    def _say_problem(self, problem):
        """A problem with the place where it is, in one sentence."""
        if not problem.language:
            return problem.message
        return self.env._(
            "%(field)s in %(language)s: %(problem)s",
            field=self._fields[problem.text]._description_string(self.env),
            language=problem.language,
            problem=problem.message,
        )


def _without_placeholders(source):
    """A text as long as it will be, as far as anybody can tell beforehand."""
    source = PLACEHOLDER.sub(
        lambda match: USUAL_VALUE if match[0].startswith("{{") else "", source
    )
    return " ".join(source.split())


def _plainer(source):
    plain = str.maketrans("“”„‘’‚–—\u00a0", "\"\"\"'''-- ", "…")
    return PLACEHOLDER.sub("", source).translate(plain)


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _get_problems(self):
        message = self.message_id
        return super()._get_problems() + [
            message._say_problem(problem)
            for problem in message._find_problems()
            if problem.is_blocking
        ]


class LifecycleVersion(models.Model):
    _inherit = "lifecycle.version"

    def _get_warnings(self):
        """What would better be mended before publishing, a sentence each."""
        self.ensure_one()
        return [
            self.env._(
                "Step “%(step)s”: %(problem)s",
                step=step.name,
                problem=step.message_id._say_problem(problem),
            )
            for step in self.step_ids
            for problem in step.message_id._find_problems()
            if not problem.is_blocking
        ]
