"""Fixtures that all tests share."""

from collections.abc import Callable

import pytest

from local.engine import Engine, find_engine


@pytest.fixture(scope="session")
def engine(pytestconfig: pytest.Config) -> Engine:
    """The real engine; the first use on a machine may build it, which takes minutes."""
    reporter = pytestconfig.pluginmanager.get_plugin("terminalreporter")
    progress: Callable[[str], None] = reporter.write_line if reporter else print
    return find_engine(progress)
