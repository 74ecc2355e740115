"""Has this matter come before? A proposal 初访 / 重访 / 新事实 with its reason; the clerk decides (R 19③, 36③)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from domain.texts import search_key

RepeatKind = Literal["first", "repeat", "new_facts"]
PersonKey = Literal["id_number", "name_phone", "name_address", "name"]
# 全国初次 can only be told by the county's or the national system: a station says so instead of guessing.
NATIONAL_UNKNOWN = "待核"
SAME_PERSON: frozenset[PersonKey] = frozenset(("id_number", "name_phone", "name_address"))
SHORTEST = 6  # bigrams: below this, containment of one text in another says nothing

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "no_earlier_matter": "本机构没有此人以前的信访事项",
        "name_only": "仅姓名相同（{count}件），未能确认为同一人，按初访处理，请核对",
        "nothing_to_compare": "此人有{count}件以前的信访事项，本次诉求尚未填写，请核对",
        "different_matter": "此人有{count}件以前的信访事项，与本次内容不同（文字相似{percent}%）",
        "same_text": "{key}相同，与{day}登记的{number}反映内容相同（文字相似{percent}%）",
        "same_subject": "{key}相同，与{day}登记的{number}{subject}，文字相似{percent}%",
        "same_text_more_facts": "{key}相同，与{day}登记的{number}为同一事项，本次新增内容约{added}%",
        "same_subject_other_facts": "{key}相同，与{day}登记的{number}{subject}，所述事实不同（文字相似{percent}%）",
    }
)
_KEYS = {"id_number": "证件号码", "name_phone": "姓名和电话", "name_address": "姓名和住址", "name": "姓名"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier matter of somebody who may be the same person; ``key`` says by what the person was found."""

    matter_id: str
    number: str
    day: date
    key: PersonKey
    text: str
    content_code: str = ""
    accused_organ: str = ""


@dataclass(frozen=True, slots=True)
class NewMatter:
    """The matter at the window: summary and request (and facts) as one text."""

    text: str
    content_code: str = ""
    accused_organ: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a code and the facts its sentence needs."""

    code: str
    facts: tuple[tuple[str, str], ...] = ()

    def sentence(self) -> str:
        """The reason in Chinese."""
        return REASONS[self.code].format_map(dict(self.facts))


@dataclass(frozen=True, slots=True)
class RepeatProposal:
    """What is proposed, the earlier matter it rests on (empty for 初访), and how alike the texts are, in percent."""

    kind: RepeatKind
    reason: Reason
    earlier_matter_id: str = ""
    similarity: int = 0
    national: str = NATIONAL_UNKNOWN


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two texts compared, in whole percent: ``alike`` of both, ``kept`` of the old in the new, ``added`` in the new."""

    alike: int
    kept: int
    added: int


def bigrams(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters, punctuation and blanks left out; a single character stands for itself."""
    key = search_key(text)
    return frozenset(key[n : n + 2] for n in range(len(key) - 1)) or frozenset(key)


def compare(old: str, new: str) -> Likeness:
    """How alike two texts are by their bigrams: Jaccard, and for texts of some length containment counts too."""
    left, right = bigrams(old), bigrams(new)
    if not left or not right:
        return Likeness(0, 0, 0)
    shared = len(left & right)
    alike = shared / len(left | right)
    if min(len(left), len(right)) >= SHORTEST:  # a short retelling of a long story is the same story
        alike = max(alike, 0.8 * shared / min(len(left), len(right)))
    return Likeness(round(alike * 100), round(shared / len(left) * 100), round((1 - shared / len(right)) * 100))


def propose(
    new: NewMatter, candidates: Iterable[Candidate], *, same_percent: int = 45, related_percent: int = 18
) -> RepeatProposal:
    """Propose whether a matter is first, repeated, or the earlier one with new facts.

    Same person (by ID number, or name with telephone or address) and: the same text (``same_percent``), or the same
    subject (content class, and accused unit where both name one) told alike (``related_percent``) → repeat; the same
    text grown by half or more, or the same subject told half as alike → new facts; else first. The thresholds are
    dated settings (``repeat_same_percent``, ``repeat_related_percent``): free retellings of one story were seen to
    share about a fifth of their bigrams, different stories in the same official words up to a seventh.
    """
    known = list(candidates)
    sure = [each for each in known if each.key in SAME_PERSON]
    if not sure:
        if known:
            return RepeatProposal("first", Reason("name_only", (("count", str(len(known))),)))
        return RepeatProposal("first", Reason("no_earlier_matter"))
    count = ("count", str(len(sure)))
    if not search_key(new.text):
        return RepeatProposal("first", Reason("nothing_to_compare", (count,)))
    ranked = [(_rank(each, new, compare(each.text, new.text)), each) for each in sure]
    (_, subject, likeness), best = max(ranked, key=lambda pair: (pair[0][0], pair[1].day, pair[1].matter_id))
    percent = likeness.alike
    facts = (
        ("key", _KEYS[best.key]),
        ("day", best.day.isoformat()),
        ("number", best.number),
        ("percent", str(percent)),
        ("added", str(likeness.added)),
        ("subject", subject),
    )
    kind: RepeatKind = "first"
    if percent >= same_percent:
        grown = likeness.kept >= 60 and likeness.added >= 50
        kind, code = ("new_facts", "same_text_more_facts") if grown else ("repeat", "same_text")
    elif subject and percent >= related_percent:
        kind, code = "repeat", "same_subject"
    elif subject and percent * 2 >= related_percent:
        kind, code = "new_facts", "same_subject_other_facts"
    else:
        return RepeatProposal("first", Reason("different_matter", (count, ("percent", str(percent)))), "", percent)
    return RepeatProposal(kind, Reason(code, facts), best.matter_id, percent)


def _rank(candidate: Candidate, new: NewMatter, likeness: Likeness) -> tuple[int, str, Likeness]:
    """The weight of a candidate, what makes its subject the same (empty: nothing), and the likeness of the texts."""
    same_class = bool(new.content_code) and new.content_code[:4] == candidate.content_code[:4]
    organ, other = search_key(new.accused_organ), search_key(candidate.accused_organ)
    same_organ = bool(organ) and organ == other
    subject = ""
    if same_class and same_organ:
        subject = "内容分类、被反映单位相同"
    elif same_class and not (organ and other):
        subject = "内容分类相同"
    return likeness.alike + 20 * same_class + 20 * same_organ, subject, likeness
