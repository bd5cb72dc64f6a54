"""Where things lie in this checkout."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
STATE = ROOT / ".stack"
POM = ROOT / "deploy" / "kafka" / "pom.xml"
DIRECTORY = ROOT / "deploy" / "local" / "sample" / "directory"
UNITS = DIRECTORY / "units.csv"
CITY = ROOT / "examples" / "city" / "city.py"
CLI = ROOT / "libs" / "chassis" / "src" / "chassis" / "cli"


def bin_folder() -> Path:
    """Where the environment's commands lie."""
    return Path(sys.executable).parent
