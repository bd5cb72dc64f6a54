"""Which clocks a newer calendar can have due anew: the ground on which an amendment looks at no others."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.vocabulary import DayStatus
from sla_monitor.domain import SHANGHAI, TERMS, Calendar, Day, Measures, Policy, Step, span
from sla_monitor.domain.reckoning import ready_by

SHORTER = {
    "handle.complex": ("handle.general", "handle.simple"),
    "handle.general": ("handle.simple",),
    "city.hard": ("city.ordinary",),
}


def test_dates_begin_and_end_in_shanghai() -> None:
    assert span(date(2026, 11, 25), date(2026, 11, 26)) == (
        datetime(2026, 11, 24, 16, tzinfo=UTC),
        datetime(2026, 11, 26, 16, tzinfo=UTC),
    )


@st.composite
def ways(draw: st.DrawFn) -> tuple[Step, ...]:
    """A term, and the shorter ones that were decided later."""
    start = draw(st.datetimes(datetime(2026, 1, 1), datetime(2026, 10, 1), timezones=st.just(SHANGHAI)))
    steps = [Step(draw(st.sampled_from(sorted(TERMS))), start)]
    while shorter := SHORTER.get(steps[-1].term):
        if draw(st.booleans()):
            break
        later = timedelta(hours=draw(st.integers(0, 200)))
        steps.append(Step(draw(st.sampled_from(shorter)), steps[-1].at + later))
    return tuple(steps)


@settings(max_examples=1_000)
@given(steps=ways(), changed=st.sets(st.dates(date(2026, 1, 1), date(2026, 10, 31)), min_size=1, max_size=12))
def test_a_date_before_the_start_or_after_the_due_one_has_nothing_due_anew(
    steps: tuple[Step, ...], changed: set[date], calendar: Calendar
) -> None:
    start = steps[0].at
    newer = calendar.changed_by(_turned(calendar.day(on)) for on in changed)
    before, after = (ready_by(start, steps, Measures(Policy(), one, start)) for one in (calendar, newer))
    begins, ends = span(min(changed), max(changed))
    if before.due_at < begins or ends <= start:
        assert (after.due_at, after.provisional) == (before.due_at, before.provisional)
    if not changed & {start.date() + timedelta(days) for days in range((before.due_at - start).days + 2)}:
        assert after.due_at == before.due_at


def _turned(day: Day) -> Day:
    """A working day becomes a day off, a day off a working day, and neither is sure."""
    return replace(day, status=DayStatus.HOLIDAY if day.working else DayStatus.SHIFTED, provisional=True)
