"""Finds the modules the rules of the house are about; what does not exist yet is not listed."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "lebenslagen"
CORE = (
    *("errors", "texts", "areas", "indicators", "observations", "index", "overlay", "reach", "siting"),
    *("disclosure", "figures", "edition", "strengths", "report", "atlas"),
)


def sources(*names: str) -> list[Path]:
    """The Python files of the named modules, a folder with all its files."""
    found = [PACKAGE / f"{name}.py" for name in names] + [
        path for name in names for path in sorted((PACKAGE / name).rglob("*.py"))
    ]
    return [path for path in found if path.is_file()]


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a file with the dotted name of what is called."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def tracked() -> list[Path]:
    """The files under version control, or all files where this is no clone."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]
