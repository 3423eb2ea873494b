"""The pages of docs/ that are made of the code."""


def test_generated_pages_are_up_to_date(dev):
    result = dev("docs", "--check")
    assert result.returncode == 0, result.stderr
