"""`python -m lebenslagen` is the command line."""

import sys

from lebenslagen.cli import main

sys.exit(main())
