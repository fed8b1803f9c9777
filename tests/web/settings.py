"""The application under test: its own settings, on a project of declarations; `town` brings data where they matter."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = Path(tempfile.mkdtemp(prefix="lebenslagen-web-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
_starter = Path(__file__).parents[2] / "src" / "lebenslagen" / "starter" / "musterstadt"
shutil.copytree(_starter, _folder / "musterstadt", ignore=shutil.ignore_patterns("deliveries"))
os.environ["LEBENSLAGEN_PROJECT"] = str(_folder / "musterstadt")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
    "true"  # a browser that some test opened keeps its loop in this thread
)

from lebenslagen.web.settings import *  # noqa: E402, F403
