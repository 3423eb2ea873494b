"""Groups of records by a code, called what people call the code."""

from collections import Counter


def call_groups(formatter, words):
    """A formatter of groups, as `_web_read_group_groupby_formatter` gives it, that says
    words for codes. A code without words is said as it is: old records keep codes that
    nothing writes any more, which is why such a field is no Selection.

    :param words: by code
    """
    times = Counter(words.values())

    def say(code):
        said, domain = formatter(code)
        text = words.get(code, said)
        # Pivot tables take groups that are called the same for one.
        return f"{text} ({code})" if times[text] > 1 else text, domain

    return say
