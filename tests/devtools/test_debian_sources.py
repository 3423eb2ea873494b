"""Finding the machine's Debian mirror in apt's two source formats."""

import pytest

from devtools import debian

ONE_LINE = """
# a comment
deb http://mirror.example/debian bookworm main contrib
deb [arch=amd64 signed-by=/k.gpg] https://vendor.example/apt stable main # theirs
deb-src http://mirror.example/debian bookworm main
"""

FIELDS = """\
Types: deb deb-src
# where from
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main

Types: deb
URIs: http://one.example/debian
 http://two.example/debian/
Suites: bookworm bookworm-updates
Components: main
"""


def test_one_line_format_keeps_binary_sources_with_their_components():
    found = debian.parse_sources(ONE_LINE)
    assert [(s.uri, s.suite, s.components) for s in found] == [
        ("http://mirror.example/debian", "bookworm", ("main", "contrib")),
        ("https://vendor.example/apt", "stable", ("main",)),
    ]


def test_field_format_reads_paragraphs_continuations_and_enabled():
    found = debian.parse_deb822(FIELDS)
    assert [(s.uri, s.suite) for s in found] == [
        ("http://security.example/debian-security", "bookworm-security"),
        ("http://one.example/debian", "bookworm"),
        ("http://one.example/debian", "bookworm-updates"),
        ("http://two.example/debian/", "bookworm"),
        ("http://two.example/debian/", "bookworm-updates"),
    ]


def test_mirror_is_the_archive_and_neither_security_nor_a_vendor():
    sources = debian.parse_deb822(FIELDS)
    assert debian.find_mirror(sources) == "http://one.example/debian"
    assert debian.find_mirror(debian.parse_sources(ONE_LINE)) == (
        "http://mirror.example/debian"
    )
    assert debian.find_mirror(sources[:1]) is None


def test_system_sources_read_both_formats_and_skip_disabled_files(tmp_path):
    (tmp_path / "a.list").write_text(ONE_LINE)
    (tmp_path / "b.sources").write_text(FIELDS)
    (tmp_path / "c.list.disabled").write_text("deb http://no.example/debian x main\n")
    single = tmp_path / "sources.list"
    single.write_text("deb http://first.example/debian trixie main\n")
    found = debian.read_system_sources([str(single), str(tmp_path), "/nowhere.list"])
    places = [source.uri for source in found]
    assert places[0] == "http://first.example/debian"
    assert "http://no.example/debian" not in places
    assert "http://two.example/debian/" in places


def test_unpacked_links_lead_into_the_folder(tmp_path):
    (tmp_path / "usr" / "share").mkdir(parents=True)
    (tmp_path / "usr" / "share" / "font.otf").write_text("font")
    link = tmp_path / "usr" / "link.otf"
    link.symlink_to("/usr/share/font.otf")
    (tmp_path / "lost").symlink_to("nowhere")
    debian.unpack([], str(tmp_path))
    assert link.read_text() == "font"
    assert not link.readlink().is_absolute()
    assert debian.dangling_links(str(tmp_path)) == [str(tmp_path / "lost")]


@pytest.mark.parametrize("program", ["apt-get", "dpkg-deb"])
def test_missing_program_is_one_sentence_that_names_odoo_path(
    monkeypatch, tmp_path, program
):
    for name in {"apt-get", "apt-cache", "dpkg-deb"} - {program}:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(debian.console.Stop, match=f"no {program}.*ODOO_PATH"):
        debian.Apt("unstable").prepare()
