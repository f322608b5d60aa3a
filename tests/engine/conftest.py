"""The real engine against the local cloud, one workspace a test."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.cloud import Cloud
from local.engine import Engine
from local.workspace import EXAMPLES, Workspace


@pytest.fixture(scope="session")
def running_cloud() -> Iterator[Cloud]:
    with Cloud.start() as cloud:
        yield cloud


@pytest.fixture
def cloud(running_cloud: Cloud) -> Cloud:
    """The local cloud with nothing in it."""
    running_cloud.reset()
    return running_cloud


@pytest.fixture
def open_project(tmp_path: Path, engine: Engine, cloud: Cloud) -> Callable[[Path], Workspace]:
    """Open a workspace on a project's folder."""

    def open_(project: Path) -> Workspace:
        folder = tmp_path / "workspace"
        folder.mkdir()
        return Workspace(project, folder, engine, cloud)

    return open_


@pytest.fixture
def open_example(open_project: Callable[[Path], Workspace]) -> Callable[[str], Workspace]:
    """Open a workspace on an example by its name."""
    return lambda name: open_project(EXAMPLES / name)


@pytest.fixture
def open_program(
    tmp_path: Path, open_project: Callable[[Path], Workspace]
) -> Callable[[str], Workspace]:
    """Open a workspace on a program's text."""

    def open_(program: str) -> Workspace:
        project = tmp_path / "program"
        project.mkdir()
        project.joinpath("Pulumi.yaml").write_text("name: program\nruntime: python\n")
        project.joinpath("__main__.py").write_text(textwrap.dedent(program))
        return open_project(project)

    return open_
