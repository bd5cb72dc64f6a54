"""Every way to say no: a stable English code for programs, a Chinese title for people, an HTTP status.

A code is a promise like a fact: it may be added, never renamed. Services raise `Refused(code)`; the web door turns it
into an RFC 9457 problem, a topic door parks the message with the code as its reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a code means: the Chinese title and the status that HTTP answers with."""

    title: str
    status: int


REFUSALS: dict[str, Refusal] = {
    # the request itself
    "request.invalid": Refusal("提交内容不符合要求", 422),
    "request.not-json": Refusal("提交内容不是有效的 JSON", 400),
    "request.too-large": Refusal("提交内容超过大小限制", 413),
    "request.media-type": Refusal("仅接受 application/json", 415),
    "request.rate-limited": Refusal("提交过于频繁，请稍后再试", 429),
    "request.not-found": Refusal("没有这个地址", 404),
    "request.method": Refusal("此地址不支持该操作", 405),
    "request.deadline": Refusal("处理超时，请稍后重试", 503),
    "service.unavailable": Refusal("服务暂时不可用，请稍后重试", 503),
    "service.fault": Refusal("系统内部错误，已记录", 500),
    # who asks
    "credential.missing": Refusal("缺少访问凭证", 401),
    "credential.wrong": Refusal("访问凭证无效", 401),
    "principal.not-allowed": Refusal("无权执行此操作", 403),
    "signature.missing": Refusal("缺少请求签名", 401),
    "signature.wrong": Refusal("请求签名无效", 401),
    "signature.expired": Refusal("签名时间已过期", 401),
    "purpose.missing": Refusal("请说明查看用途", 400),
    # codes of the directory
    "place.malformed": Refusal("地点编码格式不正确", 422),
    "matter.malformed": Refusal("事项编码格式不正确", 422),
    "unit.unknown": Refusal("没有这个承办单位", 422),
    "directory.version-unknown": Refusal("没有这个目录版本", 404),
    # changes of the directory
    "proposal.invalid": Refusal("目录变更内容有误，请按所列问题修改", 422),
    "proposal.unfit": Refusal("目录已有新的变化，该变更不再适用", 409),
    "proposal.settled": Refusal("该变更已生效、已否决或已确认", 409),
    "second-person.missing": Refusal("变更须由一人提出、另一人确认", 409),
    # feedback of the city
    "city.invalid": Refusal("评价内容不符合要求", 422),
    "city.area-unknown": Refusal("不是本区的行政区划代码", 422),
    "city.credit-code": Refusal("承办单位统一社会信用代码无效", 422),
    "city.phone": Refusal("反映人电话号码无效", 422),
    "city.id-number": Refusal("反映人身份证号码无效", 422),
    "city.reporter-credit-code": Refusal("反映人统一社会信用代码无效", 422),
    "city.time-in-future": Refusal("接收时间晚于当前时间", 422),
    "city.different-body": Refusal("同一评价编号已有不同的内容", 409),
    "feedback.unknown": Refusal("没有这条评价", 404),
    "feedback.settled": Refusal("这条评价不待中心确认，或已有决定", 409),
    "reply.unknown": Refusal("没有这条答复", 404),
    "reply.text-unknown": Refusal("诉求登记系统中没有这条答复的正文", 404),
    "reply.not-refused": Refusal("这条答复未被市级退回", 409),
    # a complaint
    "complaint.not-json": Refusal("诉求内容不是有效的 JSON", 400),
    "complaint.encoding": Refusal("诉求内容不是 UTF-8 编码", 400),
    "complaint.invalid": Refusal("诉求内容不符合要求", 422),
    "complaint.time-in-future": Refusal("提交时间晚于当前时间", 422),
    "complaint.phone": Refusal("电话号码无效", 422),
    "complaint.id-number": Refusal("身份证号码无效", 422),
    "complaint.credit-code": Refusal("统一社会信用代码无效", 422),
    "complaint.different-body": Refusal("同一来源编号已登记了不同的内容", 409),
    "complaint.unknown": Refusal("没有这条诉求", 404),
    "receipt.unknown": Refusal("回执号或查询码不正确", 404),
    "word.not-finished": Refusal("诉求尚未办结，暂不能评价", 409),
    "word.said": Refusal("本次办结已评价", 409),
    "word.too-late": Refusal("已超过评价期限", 409),
    "idempotency-key.reused": Refusal("同一幂等键已用于不同的请求", 422),
    "idempotency-key.malformed": Refusal("幂等键格式不正确", 400),
    # what is written about a complaint
    "text.unknown": Refusal("没有这段文字", 404),
    "text.invalid": Refusal("文字不符合要求", 422),
    # a ticket
    "ticket.unknown": Refusal("没有这张工单", 404),
    "ticket.dispatched-elsewhere": Refusal("工单已派给其他单位", 409),
    "ticket.not-yours": Refusal("该工单不由本单位承办", 403),
    "ticket.not-dispatched": Refusal("工单尚未派单", 409),
    "ticket.not-accepted": Refusal("工单尚未接单", 409),
    "ticket.accepted": Refusal("工单已接单，不能退单", 409),
    "ticket.closed": Refusal("工单已办结或关闭", 409),
    "ticket.not-closed": Refusal("工单尚未办结", 409),
    "ticket.city": Refusal("市级转来的工单不能退单", 409),
    "ticket.stale": Refusal("工单已有新的变化，请按最新情况重新提交", 409),
    "ticket.tracked": Refusal("工单已在跟踪服务中", 409),
    "ticket.not-tracked": Refusal("工单未在跟踪服务中", 409),
    # what is done to a ticket
    "action.different-body": Refusal("同一操作编号已用于不同的操作", 409),
    "action.unknown": Refusal("没有这种操作", 422),
    "action.unreadable": Refusal("操作消息无法读取", 400),
    "reason.missing": Refusal("请说明理由", 422),
    "time.past": Refusal("时间须晚于当前时间", 422),
    "time.in-future": Refusal("时间不能晚于当前时间", 422),
    "assist.open": Refusal("尚有协办事项未答复", 409),
    "assist.unknown": Refusal("没有这项协办", 404),
    "assist.closed": Refusal("该项协办已结束", 409),
    "assist.to-itself": Refusal("不能请本单位协办", 422),
    "delegate.not-below": Refusal("只能派给本单位的下级单位", 422),
    "proposal.open": Refusal("另有事项等待第二人确认", 409),
    "proposal.unknown": Refusal("没有等待确认的事项", 404),
    "second-person.same": Refusal("须由另一名工作人员确认", 409),
    "reopening.not-requested": Refusal("没有等待决定的重新办理申请", 409),
    "link.to-itself": Refusal("工单不能并入自身", 422),
    "link.closed": Refusal("只能并入未办结的工单", 409),
    # asking the reporter again
    "revisit.unknown": Refusal("没有这项回访", 404),
    "revisit.closed": Refusal("该项回访已结束", 409),
    "revisit.by-finisher": Refusal("办结工单的人员不得进行中心回访", 409),
    "revisit.too-soon": Refusal("同一工单一日内不得再次致电反映人", 409),
    "revisit.before-finish": Refusal("回访时间不能早于办结时间", 422),
    "revisit.answer-missing": Refusal("已接通的回访须记录评价和是否解决", 422),
    "revisit.answer-unheard": Refusal("未接通或被拒绝的回访不能记录评价", 422),
    # findings and supervision
    "finding.unknown": Refusal("没有这项问题认定", 404),
    "finding.exists": Refusal("同一次办结已提请该类问题认定", 409),
    "finding.settled": Refusal("该项问题认定已办结", 409),
    "supervision.unknown": Refusal("没有这一轮督办", 404),
    "supervision.due-too-late": Refusal("整改期限过长", 422),
    "supervision.open": Refusal("上一轮督办尚未结束", 409),
    "supervision.reported": Refusal("本轮整改已报告", 409),
    "supervision.not-reported": Refusal("本轮整改尚未报告", 409),
    "supervision.checked": Refusal("本轮整改已核查", 409),
    "rating.unknown": Refusal("没有须说明的这项评价", 404),
    "rating.answered": Refusal("该项评价已说明或整改", 409),
    "rating.settled": Refusal("该项评价已无须说明", 409),
    # blockages and improvements
    "improvement.unknown": Refusal("没有这项流程优化", 404),
    "improvement.closed": Refusal("该项流程优化已完成或不予立项", 409),
    "improvement.not-owned": Refusal("该项流程优化尚未明确责任单位", 409),
    "improvement.not-measured": Refusal("该项流程优化尚未确定措施", 409),
    # the calendar and due dates
    "time.malformed": Refusal("时间格式不正确，应如 2026-11-26T09:30:00+08:00", 422),
    "time.no-offset": Refusal("时间须带时区，例如 +08:00", 422),
    "time.out-of-calendar": Refusal("日历不含该时间", 422),
    "complexity.unknown": Refusal("没有这种难易程度", 422),
    "period.invalid": Refusal("起止日期不正确，或间隔过长", 422),
    "calendar.not-yet": Refusal("日历尚未就绪，请稍后重试", 503),
    "calendar.version-unknown": Refusal("没有这个版本的日历", 404),
    # the log of facts
    "topic.elsewhere": Refusal("本服务不发布该主题的消息", 404),
    # telling people of lights
    "recipient.invalid": Refusal("接收人设置有误", 422),
    "recipient.exists": Refusal("已有同名的接收人", 409),
    "recipient.unknown": Refusal("没有这个接收人", 404),
    "message.not-refused": Refusal("该接收人没有被拒收的消息", 409),
    "silence.period": Refusal("静默须在现在之后、规定期限之内结束", 422),
    "silence.unknown": Refusal("没有正在生效的这段静默", 404),
    # a fact on a topic
    "fact.not-an-event": Refusal("消息不是 CloudEvents 事件", 400),
    "fact.unknown-type": Refusal("未知的事件类型或版本", 400),
    "fact.unreadable": Refusal("事件内容无法读取", 400),
    "fact.behind-parked": Refusal("同一对象的前一条消息尚待处理", 409),
    "fact.gap": Refusal("同一对象之前的消息缺失", 409),
    "fact.from-future": Refusal("事件时间晚于当前时间", 422),
    "fact.fault": Refusal("处理消息时出现程序错误", 500),
}


class Refused(Exception):  # noqa: N818 - the domain's word, not an error
    """A rule said no. `code` is one of REFUSALS; `details` holds codes, numbers, field paths, no words of people."""

    def __init__(self, code: str, /, **details: object) -> None:
        if code not in REFUSALS:
            raise LookupError(f"no refusal is called {code!r}")
        super().__init__(code)
        self.code = code
        self.details: Mapping[str, object] = details

    @property
    def refusal(self) -> Refusal:
        """The code's Chinese title and HTTP status."""
        return REFUSALS[self.code]
