"""The complaint that a feedback becomes, without retyping: as `channels.city-exit` takes it."""

import base64
import json
from typing import Any

from portal_bridge.domain.form import CityFeedback, CityReporter

_NAMELESS = "匿名"
_SUBJECT = "市总门户中途退出"
_SILENT = "（反映人未留言）"


def complaint(form: CityFeedback) -> bytes:
    """The body of the complaint; what a complaint has no field for goes along as an attachment, as the city said it."""
    said = {
        "source_id": form.key,
        "submitted_at": form.received_at.isoformat(),
        "reporter": _reporter(form.reporter),
        "matter_code": form.matter_code or None,
        "place_code": form.area,
        "subject": form.subject or _SUBJECT,
        "text": form.text or _SILENT,
        "attachments": [_as_it_was_said(form)],
    }
    return json.dumps(said, ensure_ascii=False).encode()


def _reporter(said: CityReporter) -> dict[str, Any]:
    return said.model_dump(mode="json", exclude_none=True) | {"name": said.name or _NAMELESS}


def _as_it_was_said(form: CityFeedback) -> dict[str, str]:
    rest = form.model_dump_json(exclude={"reporter", "subject", "text"}, exclude_none=True)
    content = base64.b64encode(rest.encode()).decode()
    return {"name": "city-feedback.json", "media_type": "application/json", "content_base64": content}
