"""What is answered where something is wrong, and what is wrong with a reply."""

import json
from datetime import datetime
from typing import Any

from starlette.responses import JSONResponse, Response

LONGEST_TEXT = 10_000
KINDS = {"accepted", "progress", "result", "declined"}
FIELDS = {"kind", "said_at", "unit_credit_code", "project_number", "text"}

TITLES = {
    "signature.missing": "缺少请求签名",
    "signature.wrong": "请求签名无效",
    "signature.expired": "签名时间已过期",
    "feedback.unknown": "没有这条评价",
    "reply.different-body": "同一答复编号已有不同的内容",
    "reply.invalid": "答复内容不符合要求",
    "request.invalid": "提交内容不符合要求",
    "service.unavailable": "服务暂时不可用，请稍后重试",
}


class WrongError(Exception):
    """Why a request is not answered as it wishes: a status, a code, and words for people."""

    def __init__(self, status: int, code: str, detail: str | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail


def problem(status: int, code: str, detail: str | None = None, **headers: str) -> Response:
    """An error as RFC 9457 has it."""
    said = {"type": f"urn:city:{code}", "title": TITLES[code], "status": status, "code": code, "detail": detail}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return JSONResponse(said, status, named, "application/problem+json")


def checked(body: bytes) -> dict[str, Any]:
    """A reply that is as it must be. Raises WrongError with words for people."""
    said = _read(body)
    text = said["text"]
    if said["kind"] not in KINDS:
        raise _wrong("答复类型不在约定范围内")
    if not _is_time(said["said_at"]):
        raise _wrong("答复时间须带时区")
    if text is None and said["kind"] != "accepted":
        raise _wrong("答复内容不能为空")
    if text is not None and not (isinstance(text, str) and 0 < len(text) <= LONGEST_TEXT):
        raise _wrong("答复内容须为一至一万字")
    return said


def _read(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        raise _wrong("不是有效的 JSON") from None
    if not isinstance(said, dict) or said.keys() != FIELDS:
        raise _wrong("字段与约定不一致")
    return said


def _is_time(written: object) -> bool:
    try:
        return isinstance(written, str) and datetime.fromisoformat(written).tzinfo is not None
    except ValueError:
        return False


def _wrong(words: str) -> WrongError:
    return WrongError(422, "reply.invalid", words)
