"""Where things lie in this checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
STATE = ROOT / ".stack"
POM = ROOT / "deploy" / "kafka" / "pom.xml"
UNITS = ROOT / "deploy" / "local" / "sample" / "directory" / "units.csv"
