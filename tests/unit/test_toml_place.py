"""Where in a TOML file something stands."""

import pytest

from shared.policies.place import line_of

TEXT = """# a policy
id = "own"
version = 1

[sign]
budget = "1h"
near = ["30min"]

[finish.complaint]   # by family
budget = "60cd"
citation = "x"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (["id"], 2),
        (["sign", "budget"], 6),
        (["sign", "near", "0"], 7),
        (["sign", "citation"], 5),
        (["finish", "complaint", "citation"], 11),
        (["finish", "complaint", "near"], 9),
        (["finish", "directive"], 1),
        (["title"], 1),
        ([], 1),
    ],
)
def test_a_key_stands_on_its_line_and_what_is_missing_on_that_of_its_table(path: list[str], line: int) -> None:
    assert line_of(TEXT, path) == line
