"""`make bench [ONLY=pipeline]`: measure into `.bench/result.json`. What can be set is told in `tests.load.parts`."""

import runpy
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[2])  # this is run as a file, and its modules are those of a package
runpy.run_module("tests.load.parts", run_name="__main__")
