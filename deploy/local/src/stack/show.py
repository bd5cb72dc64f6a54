"""Shows a run in the terminal: a live screen, or plain lines where there is no terminal."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import ceil

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from stack.acting import Played
from stack.environment import CITY_URL
from stack.lights import next_light
from stack.outcome import Book, Counts

_ROUND_S = 0.1
_LINE_EVERY = 20
_ROWS = 12

_PLAIN_COLUMNS = 120

console = Console(highlight=False, soft_wrap=True)
if not console.is_terminal:
    console = Console(highlight=False, soft_wrap=True, width=_PLAIN_COLUMNS)


class Screen:
    """The picture of a book while it is being written."""

    def __init__(self, book: Book, live: Live | None) -> None:
        self._book, self._live = book, live
        self._bar = Progress(
            TextColumn("[bold]complaints"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
        )
        self._task = self._bar.add_task("", total=len(book.sent))

    async def until_settled(self, patience: float) -> bool:
        """Whether everything was settled; False when nothing moved for `patience` seconds."""
        loop = asyncio.get_running_loop()
        before, moved_at, turn = -1, loop.time(), 0
        while before < len(self._book.sent) and loop.time() - moved_at < patience:
            counts = self._book.counts()
            if counts.settled != before:
                before, moved_at = counts.settled, loop.time()
            self._draw(counts, plainly=turn % _LINE_EVERY == 0)
            turn += 1
            await asyncio.sleep(_ROUND_S)
        return before == len(self._book.sent)

    def _draw(self, counts: Counts, plainly: bool) -> None:
        if self._live:
            self._bar.update(self._task, completed=counts.settled)
            self._live.update(Group(self._bar, _tables(self._book, counts)))
        elif plainly:
            console.print(f"{counts.settled}/{counts.submitted} settled: {counts.sentence()}")


@contextmanager
def screen(book: Book) -> Iterator[Screen]:
    """A live screen when there is a terminal, else one that prints a line every two seconds."""
    if not console.is_terminal:
        yield Screen(book, None)
        return
    with Live(console=console, refresh_per_second=10, transient=True) as live:
        yield Screen(book, live)


def summary(book: Book, played: Played, env: Mapping[str, str]) -> None:
    """The last picture, the sentence that counts everything, where to look next, and what went the whole way."""
    counts = book.counts()
    console.print(_tables(book, counts))
    for code, count in sorted((Counter(map(book.code, book.sent)) + Counter()).items(), key=str):
        if code:
            console.print(f"  parked: {count} × {code}")
    for code, count in sorted(counts.refused.items()):
        console.print(f"  refused over HTTP: {count} × {code}")
    if counts.repeated:
        console.print(f"  said again, and the same complaint: {counts.repeated}")
    if counts.linked:
        console.print(f"  go on in the ticket of another one that says the same: {counts.linked}")
    if counts.settled < counts.submitted:
        console.print(f"  still on their way: {counts.submitted - counts.settled}; see .stack/log")
    console.print(counts.sentence(), style="bold")
    _addresses(env)
    _lives(played)


def _lives(played: Played) -> None:
    for sample, why in sorted(played.stopped.items()):
        console.print(f"  {sample} stopped on its way: {why}")
    if played.whole:
        console.print(f"whole loop: bbcs trace {played.whole}")


def _tables(book: Book, counts: Counts) -> Table:
    side_by_side = Table.grid(padding=(0, 4))
    named = Counter({book.units.get(unit, unit): count for unit, count in counts.by_unit.items()})
    side_by_side.add_row(_table("Channel", counts.by_channel), _table("Unit", named), _figures(book, counts))
    return side_by_side


def _table(title: str, counts: Counter[str]) -> Table:
    table = Table(title, "")
    ranked = counts.most_common()
    for name, count in ranked[:_ROWS]:
        table.add_row(name, str(count))
    if rest := ranked[_ROWS:]:
        table.add_row(f"and {len(rest)} others", str(sum(count for _, count in rest)))
    return table


def _figures(book: Book, counts: Counts) -> Table:
    table = Table("Now", "")
    table.add_row("dispatched", str(counts.dispatched))
    table.add_row("manual queue", str(counts.queued))
    table.add_row("parked", str(counts.parked))
    latencies = book.latencies()
    for share in (0.5, 0.99):
        table.add_row(f"latency p{share * 100:.0f}", _milliseconds(latencies, share))
    return table


def _milliseconds(latencies: list[float], share: float) -> str:
    if not latencies:
        return "–"
    return f"{latencies[ceil(share * len(latencies)) - 1] * 1000:.0f} ms"


def _addresses(env: Mapping[str, str]) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_row("intake", env["BBCS_INTAKE_URL"], "/openapi.json  /readyz  /metrics")
    table.add_row("dispatch", env["BBCS_DISPATCH_URL"], "/v1/tickets?queue=manual  /openapi.json  /readyz  /metrics")
    table.add_row("sla-monitor", env["BBCS_SLA_MONITOR_URL"], "/v1/board  /v1/due-dates  /openapi.json  /readyz")
    table.add_row("revisit", env["BBCS_REVISIT_URL"], "/v1/revisits?unit=centre  /openapi.json  /readyz")
    table.add_row("portal-bridge", env["BBCS_PORTAL_BRIDGE_URL"], "/v1/feedback?state=waiting  /openapi.json  /readyz")
    if city := env.get(CITY_URL):
        table.add_row("sample city", city, "/control/replies  .venv/bin/bbcs city compare")
    if turns := next_light(env):
        table.add_row("lights", turns, ".venv/bin/bbcs tail clocks -f")
    table.add_row("Kafka", env["BBCS_KAFKA_SERVERS"], ".venv/bin/bbcs topics · tail tickets · parked list")
    table.add_row("credentials", ".stack/env", "source it; make stop ends everything")
    console.print(table)
