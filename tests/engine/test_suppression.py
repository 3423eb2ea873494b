"""Reading another system's unsubscribes, bounces and consents."""

from datetime import datetime

import pytest
from engine.suppression import SuppressionFileError, read_date, read_suppressions

NOW = datetime(2026, 5, 4, 12)
CATEGORIES = {"marketing": 1, "offers and inspiration": 1, "service": 3}


def read(text, kind=None, encoding="utf-8"):
    content = text.encode(encoding) if isinstance(text, str) else text
    return read_suppressions(
        content, NOW, kind=kind, country_code="FI", categories=CATEGORIES
    )[1:]


def test_a_full_row():
    rows, bad = read(
        "Email,Type,Category,Date,Source,Text\n"
        'Ann@Example.com,Opt-In,Marketing,2024-03-01T10:00:00+02:00,shop,"Yes, news"\n'
    )
    assert not bad
    row = rows[0]
    assert (row.line, row.kind, row.address, row.category) == (
        2,
        "consent",
        "ann@example.com",
        1,
    )
    assert row.date == datetime(2024, 3, 1, 8)
    assert (row.source, row.text) == ("shop", "Yes, news")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_separators_and_encodings(separator, encoding):
    text = separator.join(["e-mail", "note"]) + "\r\n"
    text += separator.join(["a@example.com", "Hämeenlinna"]) + "\r\n"
    rows, _bad = read(text, kind="unsubscribe", encoding=encoding)
    assert [(row.address, row.text) for row in rows] == [
        ("a@example.com", "Hämeenlinna")
    ]


def test_mail_and_telephone_in_one_row():
    rows, _bad = read("email,phone,type\na@example.com,040 1234567,unsub\n")
    assert [row.address for row in rows] == ["a@example.com", "+358401234567"]
    assert {row.kind for row in rows} == {"unsubscribe"}


def test_bad_rows_have_their_line_and_their_problem():
    rows, bad = read(
        "email,type,category,date\n"
        "good@example.com,bounce,,\n"
        "\n"
        ",bounce,,\n"
        "nonsense,bounce,,\n"
        "a@b,bounce,,\n"
        "a@example.com,perhaps,,\n"
        "a@example.com,,,\n"
        "a@example.com,unsub,Nothing of ours,\n"
        "a@example.com,unsub,,01/02/2024\n"
        "a@example.com,unsub,,2026-05-05\n"
        "a@example.com,consent,marketing,\n"
        '"a\nb@example.com",unsub,,\n'
    )
    assert [row.line for row in rows] == [2]
    assert [(row.line, row.problem) for row in bad] == [
        (4, "no_address"),
        (5, "bad_address"),
        (6, "bad_address"),
        (7, "unknown_kind"),
        (8, "unknown_kind"),
        (9, "unknown_category"),
        (10, "bad_date"),
        (11, "future_date"),
        (12, "no_date"),
        (14, "bad_address"),
    ]
    assert bad[-1].cells == ("a\nb@example.com", "unsub", "", "")


@pytest.mark.parametrize(
    "text, moment",
    [
        ("2024-03-01", datetime(2024, 3, 1)),
        ("2024-03-01 10:20:30", datetime(2024, 3, 1, 10, 20, 30)),
        ("2024-03-01T10:20:30.123Z", datetime(2024, 3, 1, 10, 20, 30)),
        ("1.3.2024", datetime(2024, 3, 1)),
        ("01.03.2024 9.05", datetime(2024, 3, 1, 9, 5)),
        ("31.2.2024", None),
        ("03/01/2024", None),
        ("1899-12-31", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("45000", None),
    ],
)
def test_dates(text, moment):
    assert read_date(text) == moment


@pytest.mark.parametrize(
    "content, word",
    [
        (b"", "empty"),
        (b"email,type\n", "empty"),
        (b"name,city\nAnn,Turku\n", "no_column"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no_column"),
        (b"PK\x03\x04" + bytes(range(256)), "no_column"),
    ],
)
def test_files_that_are_none(content, word):
    with pytest.raises(SuppressionFileError, match=word):
        read(content)
