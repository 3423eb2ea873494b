"""The outbox of the demo, what readers see in a letter, and what comes back."""

import json
import smtplib
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from devtools.demo import replies
from devtools.demo.links import Form, read_images, read_links
from devtools.demo.outbox import Letter, Outbox, after_the_run

NOW = datetime(2025, 3, 4, 12, 30)


def letter(**headers):
    message = EmailMessage()
    for name, value in {
        "From": "shop@shop.example",
        "To": "anna@example.com",
        "Subject": "Welcome",
        "Message-Id": "<42@shop.example>",
        **headers,
    }.items():
        message[name] = value
    message.set_content("Hello")
    return message


def received(**headers):
    source = letter(**headers).as_bytes()
    return Letter("anna@example.com", "bounce@shop.example", NOW, source)


def test_mail_is_kept_as_a_file_of_its_day_and_read_once(tmp_path):
    outbox = Outbox(tmp_path / "outbox")
    outbox.empty()
    with outbox.open():
        outbox.set_moment(NOW)
        with smtplib.SMTP("127.0.0.1", outbox.port) as smtp:
            for address in ("zoe@example.com", "anna@example.com"):
                smtp.send_message(letter(), "bounce@shop.example", [address])
        letters = outbox.take_letters()
        assert outbox.take_letters() == []
    assert [one.address for one in letters] == ["anna@example.com", "zoe@example.com"]
    assert letters[0].subject == "Welcome"
    assert letters[0].sender == "bounce@shop.example"
    assert letters[0].at == NOW
    assert letters[0].headers["Message-Id"] == "<42@shop.example>"
    assert outbox.mails == 2
    files = sorted(tmp_path.glob("outbox/2025-03-04/*.eml"))
    assert len(files) == 2
    assert b"Subject: Welcome" in files[0].read_bytes()


def test_the_body_is_html_if_there_is_any():
    mail = letter()
    assert received().html().strip() == "Hello"
    mail.add_alternative("<p>Grüße</p>", subtype="html", charset="iso-8859-1")
    both = Letter("anna@example.com", "bounce@shop.example", NOW, mail.as_bytes())
    assert both.html().strip() == "<p>Grüße</p>"


def test_sms_are_lines_of_a_file_and_answered_as_a_provider_does(tmp_path):
    outbox = Outbox(tmp_path / "outbox")
    outbox.empty()
    outbox.moment = NOW
    batch = [{"content": "Hi", "numbers": [{"number": "+447700900001", "uuid": "u"}]}]
    assert outbox.keep_sms(batch) == [{"uuid": "u", "state": "success", "credit": 0}]
    (line,) = (tmp_path / "outbox" / "sms.jsonl").read_text().splitlines()
    assert json.loads(line)["number"] == "+447700900001"


def test_links_and_images_of_a_letter():
    html = (
        '<a href="http://x/r/abc/m/1">Read <b>more</b></a><img src="/t.gif"/><a>no</a>'
    )
    (link,) = read_links(html)
    assert (link.url, link.text, link.tracked) == (
        "http://x/r/abc/m/1",
        "Read more",
        True,
    )
    assert read_images(html) == ["/t.gif"]


def test_a_form_is_read_with_the_values_it_carries():
    page = """<form method="get"><input name="q"/></form>
        <form action="/done" method="post"><input type="hidden" name="token" value="t"/>
        <input type="checkbox" name="no"/><input type="checkbox" name="yes" checked
        value="1"/><button type="submit" name="answer" value="stop">Stop</button>
        </form>"""
    form = Form.read(page)
    assert form.action == "/done"
    assert form.values == {"token": "t", "yes": "1", "answer": "stop"}
    assert Form.read("<p>nothing</p>") is None


def test_an_answer_goes_where_the_letter_says():
    got = received(**{"Reply-To": "catchall@shop.example"})
    mail = message_from_bytes(replies.answer(got, "Yes"), policy=policy.default)
    assert mail["To"] == "catchall@shop.example"
    assert mail["In-Reply-To"] == "<42@shop.example>"
    assert mail["Auto-Submitted"] is None
    away = message_from_bytes(replies.absence(got), policy=policy.default)
    assert away["Auto-Submitted"] == "auto-replied"


def test_a_bounce_names_the_mailbox_and_the_letter():
    got = received()
    mail = message_from_bytes(replies.bounce(got), policy=policy.default)
    assert mail["To"] == "bounce@shop.example"
    _text, status, headers = mail.get_payload()
    assert status.get_payload()[1]["Final-Recipient"] == "rfc822; anna@example.com"
    assert "<42@shop.example>" in headers.get_payload()


def test_the_post_of_a_run_is_open_again_for_looking_around(tmp_path):
    folder = tmp_path / "outbox"
    with after_the_run(folder):
        assert not folder.exists()
    outbox = Outbox(folder)
    outbox.empty()
    with after_the_run(folder), smtplib.SMTP("127.0.0.1", outbox.port) as smtp:
        smtp.send_message(letter(), "bounce@shop.example", ["anna@example.com"])
    assert len(list(folder.glob("*/*.eml"))) == 1
