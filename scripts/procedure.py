"""Writes docs/procedure.md out of the table of procedure: stages, steps, and a diagram of the way of a matter.

python scripts/procedure.py          print
python scripts/procedure.py --write  write docs/procedure.md
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from domain.procedure.stages import NEXT_STEPS, STAGES, Holder
from domain.procedure.table import STEPS, By, Step

TARGET = Path(__file__).resolve().parent.parent / "docs" / "procedure.md"

HOLDERS = {
    Holder.OWNER: "办理机关",
    Holder.RECEIVER: "去向机关",
    Holder.SENDER: "转送、交办机关",
    Holder.REVIEWER: "复查、复核机关",
}
BY = {
    By.HOLDER: "现办机关",
    By.RECEIVER: "去向机关",
    By.SENDER: "转送、交办机关",
    By.HANDLER: "办理机关",
    By.SUPERIOR: "上一级机关",
    By.SUPERVISOR: "信访部门",
    By.ANYBODY: "看得到本件的机关",
}


def render() -> str:
    """The whole page."""
    parts = [
        "# The procedure 办理程序",
        "",
        "Made by `python scripts/procedure.py --write` out of `domain/procedure/`; a test holds it to the table.",
        "",
        "## Stages",
        "",
        "| stage | 状态 | 在谁手里 | 下一步 | ended |",
        "|---|---|---|---|---|",
        *(
            f"| `{row.stage}` | {row.title} | {HOLDERS[row.holder]} | {NEXT_STEPS.get(row.next_step, '—')} |"
            f" {'yes' if row.ended else ''} |"
            for row in STAGES.values()
        ),
        "",
        "## Steps",
        "",
        "| step | 步骤 | from | to | 谁办理 | articles | 文书 | starts | stops | extends | 条件 |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
        *(_row(step) for step in STEPS.values()),
        "",
        "## The way of a matter",
        "",
        "```mermaid",
        "stateDiagram-v2",
        *_edges(),
        "```",
    ]
    return "\n".join(parts) + "\n"


def _row(step: Step) -> str:
    cells = (
        f"`{step.code}`",
        step.title,
        "、".join(STAGES[stage].title for stage in step.stages) or "未归档",
        "、".join(STAGES[stage].title for stage in ((step.to,) if step.to else step.or_to)) or "不变",
        BY[step.by],
        "、".join(step.articles),
        " ".join(step.papers),
        " ".join(step.starts),
        " ".join(step.stops),
        " ".join(step.extends),
        step.needs,
    )
    return f"| {' | '.join(cells)} |"


def _edges() -> list[str]:
    lines = [f"    {stage} : {row.title}" for stage, row in STAGES.items()]
    lines.append("    [*] --> registered")
    for step in STEPS.values():
        for target in (step.to,) if step.to else step.or_to:
            lines += [f"    {stage} --> {target} : {step.title}" for stage in step.stages]
    return lines


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        TARGET.write_text(render(), "utf-8")
    else:
        print(render(), end="")
