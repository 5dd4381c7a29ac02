"""What the modules that only read have in common: one half-year of the demo, fed once for all of them."""

from collections.abc import Iterator

import pytest

from tests.support.duban import Process, started


@pytest.fixture(scope="session")
def finished_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The demo, fed to its end and still running. Whoever writes to its folder or pushes to it has one of its own instead; its
    books are recounted when the session ends.
    """
    with started("demo", "--port", 0, "--seconds", 0, data=tmp_path_factory.mktemp("finished") / "data") as demo:
        demo.prints("The half-year is fed", within=120)
        yield demo
