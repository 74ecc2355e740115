"""The table of procedure 办理程序表: every step, from which stage, by whom, on which article, and what follows.

Rows are data. ``domain.procedure.check`` judges by them; titles and whether a step binds are those of its kind of act.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from domain.acts import ACT_KINDS
from domain.procedure.stages import STAGES, UNDECIDED, Stage


class By(Enum):
    """Which office may take a step."""

    HOLDER = "holder"
    """Whoever has the matter in hand."""
    RECEIVER = "receiver"
    """Where it was passed on to (R 23③)."""
    SENDER = "sender"
    """Who passed it on (R 23③)."""
    HANDLER = "handler"
    """The organ that gave its opinion, or handles it still."""
    SUPERIOR = "superior"
    """An organ above the handler: never the handler itself (R 35, 36)."""
    SUPERVISOR = "supervisor"
    """A petition office 信访部门 (R 40)."""
    ANYBODY = "anybody"
    """Any office that is shown the matter."""


@dataclass(frozen=True, slots=True)
class Step:
    """One row. ``to`` empty: the stage stays, or depends on what is decided (``or_to`` says what it may become)."""

    code: str
    kind: str
    articles: tuple[str, ...]
    """The articles it rests on; a refusal cites the first."""
    stages: tuple[str, ...]
    """Stages it may be taken in; none named: all that are not archived."""
    to: str = ""
    or_to: tuple[str, ...] = ()
    by: By = By.HOLDER
    papers: tuple[str, ...] = ()
    """Forms that go with it (domain.md §3.2)."""
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    extends: tuple[str, ...] = ()
    needs: str = ""
    """In words for the generated table: what the law demands besides."""
    named: str = ""
    """Its own word, where its kind of act is that of other things too."""

    @property
    def article(self) -> str:
        """The article a refusal cites."""
        return self.articles[0]

    @property
    def title(self) -> str:
        """The law's word for it."""
        return self.named or ACT_KINDS[self.kind].title

    @property
    def binding(self) -> bool:
        """Whether it waits until the fields it stands on have one head."""
        return ACT_KINDS[self.kind].binding


_HANDLING: Final = (Stage.RECEIVED, Stage.ACCEPTED, Stage.OPINED, Stage.DELIVERED)
_OPEN: Final = tuple(row.stage for row in STAGES.values() if not row.ended)
_TOLD: Final = (Stage.GUIDED, Stage.ANSWERED, Stage.DELIVERED, Stage.REVIEW_DELIVERED, Stage.RECHECK_DELIVERED)

_PASSING: Final = (
    Step("refer", "matter_referred", ("R 22①(一)", "R 22①(二)", "R 23①"), UNDECIDED, Stage.REFERRED,
         stops=("T1", "T3", "T4"), papers=("F08", "F09", "F21"), needs="去向不是本机构，不是被反映的单位（R 30③）"),
    Step("assign", "matter_assigned", ("R 22①(三)",), UNDECIDED, Stage.ASSIGNED,
         stops=("T1", "T3", "T4"), starts=("T5",), papers=("F08", "F10"), needs="载明办理期限，要求反馈办结报告"),
    Step("receive", "matter_received", ("R 23③",), (Stage.REFERRED, Stage.ASSIGNED), Stage.RECEIVED, by=By.RECEIVER,
         starts=("T3", "T4"), needs="不早于转送、交办之日"),
    Step("object", "objection_lodged", ("R 23③",), (Stage.RECEIVED,), Stage.OBJECTED, stops=("T4",), papers=("F11",),
         needs="详细说明理由；超过五个工作日的另说明原因"),
    Step("verify_objection", "objection_verified", ("R 23③",), (Stage.OBJECTED,),
         or_to=(Stage.RETURNED, Stage.RECEIVED), by=By.SENDER, stops=("T3", "T5"), papers=("F11A",),
         needs="核实后同意或者不同意，写明理由"),
    Step("return_materials", "materials_returned", ("R 23③",), (Stage.RETURNED,), by=By.RECEIVER,
         needs="转送、交办机关已经核实同意"),
    Step("report", "assignment_reported", ("R 22①(三)",), (*_HANDLING, Stage.GUIDED, *_TOLD[3:], Stage.CLOSED),
         by=By.RECEIVER, stops=("T5",), papers=("F24",), needs="有交办；写明调查、结果、签发人"),
    Step("supplement", "supplement_asked", ("R 19①",), (*UNDECIDED, Stage.ACCEPTED), papers=("F12",),
         needs="不停止任何期限"),
    Step("supplied", "supplement_received", ("R 19①",), (*UNDECIDED, Stage.ACCEPTED)),
)  # fmt: skip

_DECIDING: Final = (
    Step("accept", "matter_accepted", ("R 31(六)", "R 34", "R 23①", "R 23②", "R 23③"), UNDECIDED,
         Stage.ACCEPTED, stops=("T1", "T4", "T12"), starts=("T6", "T13"), papers=("F04",),
         needs="申诉求决类，途径为第三十一条第六项，属本机构职权"),
    Step("guide", "matter_guided", ("R 23①", "R 23②", "R 23③", "R 29", "R 30", "R 31"), UNDECIDED,
         Stage.GUIDED, stops=("T1", "T4", "T12"), papers=("F05",), needs="写明途径、机关和依据"),
    Step("answer", "matter_answered", ("R 23②",), UNDECIDED, Stage.ANSWERED,
         stops=("T1", "T2", "T3", "T4", "T12"), papers=("F02", "F22"),
         needs="咨询、建议意见等；不是申诉求决、检举控告"),
    Step("refuse_open", "acceptance_refused", ("R 19③",), UNDECIDED, Stage.REFUSED_OPEN,
         stops=("T1", "T4", "T12"), papers=("F06",), needs="同一事项已由下级机关受理或者正在办理，且在期限内"),
    Step("refuse_ended", "acceptance_ended", ("R 36③",), UNDECIDED, Stage.REFUSED_ENDED,
         stops=("T1", "T4", "T12"), papers=("F07",), needs="复核意见已送达，事实和理由相同"),
    Step("simplify", "matter_simplified", ("简易办法",), UNDECIDED, starts=("T12",),
         needs="本地区施行简易办理；初次信访，符合所列情形之一，不是集体访"),
    Step("supply_address", "address_supplied", ("R 23②",), (), starts=("T2", "T3"), by=By.ANYBODY),
    Step("judge_level", "matter_triaged", ("R 20①",), (), by=By.ANYBODY,
         needs="是走访；按机构目录的层级提出，由经办人认定；与提示不一致或者没有提示的写明理由"),
)  # fmt: skip

_HANDLING_STEPS: Final = (
    Step("extend", "matter_extended", ("R 34",), (Stage.ACCEPTED,), starts=("T7",), stops=("T6",), extends=("T7",),
         papers=("F13",),
         needs="情况复杂；本机关、单位负责人批准，批准人不是承办人；期限届满前；累计不超过三十日；告知理由"),
    Step("call_hearing", "hearing_called", ("R 31(六)", "R 36②"), (Stage.ACCEPTED, Stage.REVIEW, Stage.RECHECK),
         papers=("F17",), needs="写明时间、地点、主持人和参加人"),
    Step("hear", "hearing_held", ("R 31(六)", "R 36②"), (Stage.ACCEPTED, Stage.REVIEW, Stage.RECHECK),
         papers=("F17A", "F17B"), extends=("T11",), needs="复核听证的时间不计入复核期限"),
    Step("opine", "opinion_issued", ("R 32", "R 31(六)", "R 34"), (Stage.ACCEPTED,), Stage.OPINED,
         stops=("T6", "T7", "T13"), papers=("F14",), needs="每一项请求都写明事实、意见和依据；写明复查机关"),
    Step("deliver", "notice_delivered", ("R 23②", "R 35", "R 36①"), (), by=By.ANYBODY, starts=("T6", "T8", "T10"),
         or_to=(Stage.DELIVERED, Stage.REVIEW_DELIVERED, Stage.RECHECK_DELIVERED, Stage.ACCEPTED),
         stops=("T1", "T2", "T3"), papers=("F18",), needs="文书已出具；拒收的有见证人和事由"),
    Step("evaluate", "evaluation_recorded", ("R 21②",), (*_TOLD, Stage.CLOSED, Stage.REFUSED_OPEN, Stage.REFUSED_ENDED),
         by=By.ANYBODY, needs="不是检举控告；信访部门、责任单位分别评价；代评的写明代评人"),
    Step("execute", "execution_recorded", ("R 32②",), (*_TOLD[2:], Stage.CLOSED), by=By.HANDLER,
         needs="处理意见支持请求"),
    Step("mediate", "mediation_recorded", ("R 33",), _OPEN, by=By.ANYBODY, papers=("F23", "F23A"),
         needs="达成协议的写明协议内容和履行日期"),
)  # fmt: skip

_REVIEWING: Final = (
    Step("ask_review", "review_requested", ("R 35",), (Stage.DELIVERED,), Stage.REVIEW, by=By.SUPERIOR, stops=("T8",),
         starts=("T9",), papers=("F15A", "F15B"), needs="书面处理意见已送达；逾期的照常登记并注明"),
    Step("decide_review", "review_decided", ("R 35",), (Stage.REVIEW,), Stage.REVIEW_OPINED, stops=("T9",),
         papers=("F15",), needs="维持、撤销、变更或者责令重办，写明理由和复核机关"),
    Step("ask_recheck", "recheck_requested", ("R 36①",), (Stage.REVIEW_DELIVERED,), Stage.RECHECK, by=By.SUPERIOR,
         stops=("T10",), starts=("T11",), papers=("F16A", "F16B"), needs="复查意见已送达；由复查机关的上一级受理"),
    Step("decide_recheck", "recheck_decided", ("R 36②",), (Stage.RECHECK,), Stage.RECHECK_OPINED, stops=("T11",),
         papers=("F16",), needs="维持、撤销、变更或者责令重办，写明理由"),
)  # fmt: skip

_ENDING: Final = (
    Step("close", "matter_closed", ("R 5(三)", "R 27"),
         (*UNDECIDED, Stage.GUIDED, Stage.REFUSED_OPEN, Stage.REFUSED_ENDED,
          Stage.ACCEPTED, Stage.DELIVERED, Stage.REVIEW_DELIVERED, Stage.RECHECK_DELIVERED), Stage.CLOSED,
         stops=("T1", "T2", "T3", "T4", "T6", "T7", "T8", "T10", "T12", "T13"),
         needs="有结果；文书已送达或者写明不送达的原因；交办的已报办结报告；督办已回复"),
    Step("archive", "matter_archived", ("档案法 13",), (Stage.CLOSED, Stage.ANSWERED), Stage.ARCHIVED, by=By.HANDLER,
         needs="一案一卷，附卷内目录和保管期限"),
)  # fmt: skip

_ASIDE: Final = (
    Step("supervise", "supervision_issued", ("R 40①",), _OPEN, by=By.SUPERVISOR, papers=("F19",),
         needs="有督办情形；写明回复期限"),
    Step("answer_supervision", "supervision_answered", ("R 40①",), (), by=By.ANYBODY),
    Step("propose", "proposal_issued", ("R 40②", "R 40③", "R 14①"), (), by=By.SUPERVISOR, papers=("F20",),
         needs="改进工作、完善政策、追究责任三类之一；写明书面反馈期限"),
    Step("adopt", "proposal_answered", ("R 40④",), (), by=By.ANYBODY, needs="书面说明是否采纳"),
    Step("report_urgent", "urgent_reported", ("R 25",), (), by=By.ANYBODY, papers=("F25",),
         needs="写明向谁报告、何时报告；时间不得改动"),
    Step("link", "matter_corrected", ("R 21②",), (), by=By.ANYBODY, named="关联",
         needs="两处分别登记的同一人、同一事项，由经办人认定；两件都保留，后登记的为重复信访"),
    Step("recuse", "recusal_recorded", ("R 28③",), _OPEN, needs="写明与信访人或者事项的利害关系和接办人"),
)  # fmt: skip

STEPS: Final[Mapping[str, Step]] = MappingProxyType(
    {row.code: row for row in (*_PASSING, *_DECIDING, *_HANDLING_STEPS, *_REVIEWING, *_ENDING, *_ASIDE)}
)
"""Every step by its code."""
