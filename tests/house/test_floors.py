"""Each floor imports only what lies below it, and the contracts that say so do bite."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import PACKAGE, ROOT

HEAVY = {
    "highspy",
    "numpy",
    "openpyxl",
    "pandas",
    "pikepdf",
    "pyogrio",
    "pyproj",
    "scipy",
    "shapely",
    "typst",
}


def lint_imports(package: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    chosen = [argument for contract in contracts for argument in ("--contract", contract)]
    return subprocess.run(
        [*command, "--no-cache", "--no-logo", str(ROOT / "pyproject.toml"), *chosen],
        cwd=package.parent,
        env={**os.environ, "PYTHONPATH": str(package.parent)},
        capture_output=True,
        text=True,
        check=False,
    )


def file_of(package: Path, module: str) -> Path:
    """The file of a module, whether it is one file or has become a folder."""
    folder = package / module.replace(".", "/")
    return folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")


def test_contracts_hold() -> None:
    answer = lint_imports(PACKAGE)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("errors", "import lebenslagen.texts", "floors"),
        ("areas", "import lebenslagen.indicators", "floors"),
        ("index", "import socket", "pure"),
        ("areas", "import pyogrio", "pure"),
        ("figures", "import lebenslagen.observations", "releases-only"),
        ("disclosure.attack", "import lebenslagen.disclosure.protect", "siblings"),
    ],
)
def test_contracts_bite(module: str, line: str, contract: str, tmp_path: Path) -> None:
    path = file_of(PACKAGE, module)
    if not path.is_file():
        pytest.skip(f"{module} is not there")
    package = tmp_path / "lebenslagen"
    shutil.copytree(PACKAGE, package, ignore=lambda folder, names: [n for n in names if not keep(folder, n)])
    with (package / path.relative_to(PACKAGE)).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    answer = lint_imports(package, contract)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "BROKEN" in answer.stdout, answer.stdout + answer.stderr


def keep(folder: str, name: str) -> bool:
    return name.endswith(".py") or (Path(folder) / name).is_dir()


@pytest.mark.parametrize(
    "module", ["errors", "texts", "cli", "project.declare", "project.store", "project.build"]
)
def test_light_modules_import_nothing_heavy(module: str) -> None:
    if not file_of(PACKAGE, module).is_file():
        pytest.skip(f"{module} is not there")
    code = f"import sys, lebenslagen.{module}; print(*sorted(set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY & set(answer.stdout.split()) == set()
