"""The town of six areas as a project: made once, copied for each test that writes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lebenslagen.project.store import Project
from tests.project import sixareas

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def sechsdorf(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project of six areas as started; for reading only."""
    return sixareas.make(tmp_path_factory.mktemp("six") / "sechsdorf")


@pytest.fixture
def town(sechsdorf: Project, tmp_path: Path) -> Project:
    """An own copy of the project of six areas."""
    shutil.copytree(sechsdorf.root, tmp_path / "sechsdorf")
    return Project(tmp_path / "sechsdorf")


@pytest.fixture(scope="session")
def run() -> Run:
    """Run the command line as a process of its own."""

    def call(*arguments: object, **settings: object) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONWARNINGS": "error"}
        command = [sys.executable, "-m", "lebenslagen", *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment, **settings
        )  # type: ignore[call-overload,no-any-return]

    return call
