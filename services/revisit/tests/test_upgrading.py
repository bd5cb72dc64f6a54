"""What was flagged before there was supervision: the upgrade gives it its place in the worklist."""

import importlib.util
from typing import Any

from chassis.testing.lives import TICKET
from revisit.app import service

_OLD = """
    UPDATE ticket SET life = jsonb_set(life - 'bad_ratings', '{findings}', (
        SELECT jsonb_agg(jsonb_build_object(
            'finding_id', one -> 'finding_id', 'finish', one -> 'finish', 'finding', one -> 'finding',
            'why', one -> 'why', 'answers', one -> 'answers', 'flagged_at', one -> 'flagged_at'
        )) FROM jsonb_array_elements(life -> 'findings') AS one
    ))
"""
"""As lives were written by the version before."""


async def test_what_was_flagged_before_waits_for_judgement(desk: Any, tried: Any) -> None:
    [mine] = await desk.worklist("hrss")
    address = f"/v1/revisits/{mine['revisit_id']}/attempts"
    await desk.post(address, "unit.hrss", **tried(answer={"rating": 3, "solved": False}))
    before = (await desk.get("/v1/findings")).json()
    await desk.rows(_OLD)
    await desk.rows("DELETE FROM supervised")

    for sql in _filling():
        await desk.rows(sql)

    assert (await desk.get("/v1/findings", unit="hrss")).json() == before
    assert (await desk.get(f"/v1/tickets/{TICKET}/revisits", "unit.hrss")).json()["findings"][0]["unit"] == "hrss"


def _filling() -> tuple[str, str]:
    """The statements of the upgrade that look at what was there."""
    [file] = service.migrations.glob("versions/0002_*.py")
    spec = importlib.util.spec_from_file_location("supervised", file)
    assert spec
    assert spec.loader
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module._UNITS, module._FLAGGED
