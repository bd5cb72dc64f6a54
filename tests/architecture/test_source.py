"""What is said of every file: lengths, words that are no good ending, and what does not belong into the tree."""

import ast
import math
import re
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from contracts.refusals import REFUSALS


class Module(Protocol):
    """A Python file of the project."""

    place: str
    text: str
    tests: bool
    file: Path
    tree: ast.Module


LONGEST_MODULE = 400
LONGEST_FUNCTION = 30

Function = ast.FunctionDef | ast.AsyncFunctionDef

UNFINISHED = re.compile(
    "|".join(("TO" + "DO", "FIX" + "ME", r"\bX" + r"XX\b", "Not" + "Implemented", "pragma: " + "no cover"))
)
SKIPPED = re.compile("|".join((r"pytest\." + "skip", r"mark\." + "skip", "xf" + "ail", "import" + "orskip")))
BAD_NAMES = {"service", "utils", "util", "models", "manager", "helper", "helpers", "common", "misc", "info"}


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def lines(function: Function) -> int:
    """The lines of a function's body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_module_is_longer_than_400_lines(modules: list[Module]) -> None:
    long = {one.place: count for one in modules if (count := len(one.text.splitlines())) > LONGEST_MODULE}
    assert not long, "make it a folder of the same name, a page for each kind"


def test_no_function_is_longer_than_30_lines(modules: list[Module]) -> None:
    long = [(one.place, f.name) for one in modules for f in functions(one.tree) if lines(f) > LONGEST_FUNCTION]
    assert not long, "give its parts names"


def test_most_functions_are_short(modules: list[Module]) -> None:
    found = sorted(lines(f) for one in modules if not one.tests for f in functions(one.tree))
    assert statistics.median(found) <= 5
    assert found[len(found) * 9 // 10] <= 12


def test_nothing_is_left_unfinished(modules: list[Module]) -> None:
    assert [one.place for one in modules if UNFINISHED.search(one.text)] == []


def test_no_test_is_skipped(modules: list[Module]) -> None:
    assert [one.place for one in modules if one.tests and SKIPPED.search(one.text)] == []


def test_tests_wait_for_conditions_not_for_time(modules: list[Module]) -> None:
    tests = [one for one in modules if one.tests and not one.place.startswith("tests/load/")]
    waiting = [(one.place, call) for one in tests for call in _sleeps(one.tree)]
    assert not waiting, "look at what must become true, again and again, until a deadline"


def _sleeps(tree: ast.Module) -> Iterator[str]:
    """Calls of time.sleep, and of asyncio.sleep for a second or longer, or for nobody knows how long."""
    known = dict(_numbers(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _sleeps_long(node, known):
            yield ast.unparse(node)


def _sleeps_long(call: ast.Call, known: Mapping[str, float]) -> bool:
    called = ast.unparse(call.func)
    return called == "time.sleep" or (called in ("asyncio.sleep", "sleep") and _seconds(call.args[0], known) >= 1)


def _numbers(tree: ast.Module) -> Iterator[tuple[str, float]]:
    """The module's own numbers by name."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and _is_number(node.value.value):
            yield ast.unparse(node.targets[0]), float(str(node.value.value))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _seconds(asked: ast.expr, known: Mapping[str, float]) -> float:
    """At most how many seconds are asked for; a fraction counts as its whole."""
    match asked:
        case ast.Constant(value=int() | float() as seconds):
            return float(seconds)
        case ast.BinOp(left=whole, op=ast.Div()):
            return _seconds(whole, known)
    return known.get(ast.unparse(asked), math.inf)


_CATCHING = ("batches", "errands", "jobs", "relay", "running", "together", "web/edge", "kafka/tolerant")
DOORS = {f"libs/chassis/src/chassis/{name}.py" for name in _CATCHING}
"""Where a surprise may be caught: the doors of the chassis, which tell outages, refusals and bugs apart, and the
reader of bytes that anybody may have sent."""


def test_surprises_are_caught_at_the_doors_of_the_chassis_only(modules: list[Module]) -> None:
    broad = {one.place for one in modules if not one.tests and any(_broad(one.tree))}
    assert broad <= DOORS, "a surprise is never caught in a service: say no by name, or let it reach the door"


def _broad(tree: ast.AST) -> Iterator[ast.ExceptHandler]:
    """Handlers of everything that do not raise it again."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and _of_everything(node.type) and not _raises_again(node):
            yield node


def _raises_again(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(handler))


def _of_everything(caught: ast.expr | None) -> bool:
    return caught is None or (isinstance(caught, ast.Name) and caught.id in ("Exception", "BaseException"))


def test_modules_are_called_after_what_they_hold(modules: list[Module]) -> None:
    named = {one.place for one in modules if one.file.stem in BAD_NAMES}
    assert named <= {"libs/chassis/src/chassis/service.py"}, "these words name nothing (docs/rooms.md)"


def test_every_refusal_that_is_raised_is_known(modules: list[Module]) -> None:
    raised = {(code, one.place) for one in modules if not one.tests for code in _refused(one.tree)}
    assert {code for code, _ in raised} <= REFUSALS.keys(), f"contracts.refusals names them: {sorted(raised)}"


def _refused(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refused" and node.args:
            code = node.args[0]
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                yield code.value


def test_every_refusal_has_a_chinese_title() -> None:
    assert [code for code, refusal in REFUSALS.items() if not re.search(r"[一-鿿]", refusal.title)] == []


def test_folders_of_tests_are_no_packages(root: Path) -> None:
    found = [
        str(file.relative_to(root)) for part in ("libs", "services", "deploy", "tests") for file in _inits(root / part)
    ]
    assert not found, "importmode=importlib: tests are found without __init__.py"


def _inits(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("__init__.py") if "tests" in file.parts)


def test_no_lock_names_a_registry(root: Path) -> None:
    locks = [*root.glob("*.lock"), *(root / "deploy").glob("*.lock")]
    assert root / "requirements.lock" in locks
    for lock in locks:
        if lock.name != "uv.lock":
            text = lock.read_text("utf-8")
            assert not re.search(r"https?://|--index|--find-links", text), f"{lock.name} names an address: make lock"
            assert "--hash=sha256:" in text


def test_the_lock_with_addresses_is_not_kept(root: Path) -> None:
    assert "uv.lock" in (root / ".gitignore").read_text("utf-8").split()
