"""``python -m desktop.selfcheck``."""

import sys

from desktop.selfcheck import main

sys.exit(main(sys.argv[1:]))
