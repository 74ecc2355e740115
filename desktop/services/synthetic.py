"""Synthetic visits for demonstration, benchmarks and tests: seeded, the same every time, nobody in them exists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Literal

from desktop.services import synthetic_words as words
from desktop.services.synthetic_stories import STORIES, Story
from domain.commands import MaterialInput, MatterInput, PetitionerInput, RegisterVisit, RepeatDecision, TriageAnswers
from domain.identity import CODE_ALPHABET, check_character, credit_check_character

KEEP = 4000
"""People remembered for coming again; enough for any hall, and it bounds the memory of a long run."""


@dataclass(frozen=True, slots=True)
class SyntheticVisit:
    """A visit to register, with keys instead of the ids that only registering gives.

    ``person_keys[i]`` names the person of ``command.people[i]``; ``known[i]`` says that this person was yielded
    before, so that an importer sets ``petitioner_id``. ``matter_keys[i]`` names ``command.matters[i]``;
    ``earlier_keys[i]`` is the key of the earlier matter it repeats (its ``repeat.kind`` says how), or empty.
    """

    command: RegisterVisit
    person_keys: tuple[str, ...]
    known: tuple[bool, ...]
    matter_keys: tuple[str, ...]
    earlier_keys: tuple[str, ...]


@dataclass(slots=True)
class _Life:
    """What the generator remembers of a person: as last written, and the matter they came with."""

    key: str
    person: PetitionerInput
    matter: MatterInput | None = None
    matter_key: str = ""


def visits(
    seed: int,
    count: int,
    *,
    until: date,
    days: int = 90,
    offices: Sequence[str] = (),
    office_kind: Literal["petition_office", "competent_organ"] = "petition_office",
) -> Iterator[SyntheticVisit]:
    """``count`` visits on the ``days`` up to and including ``until`` (Beijing days), in the order they happened.

    The same arguments give the same visits. ``offices`` are names of organs matters may be about. About a fifth are
    people who came before; some are collective, anonymous, without a clear address, organisations, or bear rare
    characters in their names. Every identity number has a correct check digit in region 370299, which no county has.
    """
    maker = _Maker(Random(seed), tuple(offices), office_kind, until.year)
    first = until - timedelta(days=days - 1)
    quiet = [first + timedelta(days=n) for n in range(days)]
    open_days = [day for day in quiet if day.weekday() < 5] or quiet
    moments = sorted(
        f"{maker.random.choice(open_days).isoformat()} {maker.random.choice((8, 9, 9, 10, 10, 11, 14, 15, 15, 16)):02d}"
        f":{maker.random.randrange(60):02d}"
        for _ in range(count)
    )
    for moment in moments:
        yield maker.visit(moment)


class _Maker:
    def __init__(self, random: Random, offices: tuple[str, ...], office_kind: str, year: int) -> None:
        self.random = random
        self.offices = offices or ("青禾县有关部门",)
        self.office_kind = office_kind
        self.year = year
        self.lives: list[_Life] = []
        self.people = 0
        self.matters = 0
        self.numbers: set[str] = set()

    # a visit --------------------------------------------------------------------------------------------------------

    def visit(self, moment: str) -> SyntheticVisit:
        dice = self.random.random()
        if dice < 0.03:
            return self._anonymous(moment)
        if dice < 0.23 and len(self.lives) > 5:
            return self._again(moment)
        if dice < 0.29:
            return self._collective(moment)
        return self._single(moment, unclear=dice < 0.32, organisation=0.32 <= dice < 0.36)

    def _single(self, moment: str, *, unclear: bool, organisation: bool) -> SyntheticVisit:
        person = self._organisation() if organisation else self._person()
        if unclear:
            person = replace(
                person,
                address="",
                address_code="",
                household_address="",
                delivery_address="",
                address_missing_reason=self.random.choice(("本人未提供", "流动居住，住址不清", "本人不愿提供")),
            )
        life = self._remember(person)
        matters = [self._matter(self._story(), person)]
        if self.random.random() < 0.06:
            matters.append(self._matter(self._story(), person))
        return self._made(moment, [life], [person], False, matters)

    def _again(self, moment: str) -> SyntheticVisit:
        life = self.random.choice(self.lives)
        person = life.person
        if self.random.random() < 0.06:
            person = replace(person, mobile=self._mobile())
        life.person = person
        earlier = ""
        if life.matter is not None and self.random.random() < 0.65:
            earlier = life.matter_key
            grown = self.random.random() < 0.25
            kind: Literal["repeat", "new_facts"] = "new_facts" if grown else "repeat"
            facts = life.matter.facts
            if grown:
                facts += "这次另外反映：" + self.random.choice(words.NEWS)
            reason = "同一人反映同一事项" + ("，有新的事实" if grown else "")
            decision = RepeatDecision(kind, "", kind, reason)
            matter = replace(life.matter, facts=facts, repeat=decision)
        else:
            matter = self._matter(self._story(), person)
        return self._made(moment, [life], [person], True, [matter], earlier)

    def _collective(self, moment: str) -> SyntheticVisit:
        story = self.random.choice([each for each in STORIES if each.group])
        headcount = self.random.choice((5, 6, 7, 8, 10, 12, 15, 20, 26))
        town, (code, village) = self._place()
        people = [self._person(town, code, village) for _ in range(min(headcount, self.random.choice((2, 3, 4, 5))))]
        lives = [self._remember(person) for person in people]
        people[1:] = [replace(person, role="representative") for person in people[1:]]
        spare = headcount - len(lives)
        others = [self._name()[0] for _ in range(min(spare, self.random.randrange(3)))]
        if spare > len(others) and self.random.random() < 0.3:
            others.append("匿名")
        made = self._made(moment, lives, people, False, [self._matter(story, people[0])])
        affected = headcount * self.random.randrange(1, 9)
        companions = tuple(others)
        return replace(
            made, command=replace(made.command, headcount=headcount, companions=companions, affected_count=affected)
        )

    def _anonymous(self, moment: str) -> SyntheticVisit:
        matter = self._matter(self._story(), self._person())
        return self._made(moment, [], [], False, [matter], anonymous=True)

    def _made(
        self,
        moment: str,
        lives: list[_Life],
        people: list[PetitionerInput],
        known: bool,
        matters: list[MatterInput],
        earlier: str = "",
        *,
        anonymous: bool = False,
    ) -> SyntheticVisit:
        keys = []
        for matter in matters:
            self.matters += 1
            keys.append(f"m{self.matters}")
            for life in lives[:1]:
                if not earlier:
                    life.matter, life.matter_key = replace(matter, repeat=RepeatDecision()), keys[-1]
        oral = self.random.random() < 0.8
        said = "；".join(part for part in (matters[0].request, matters[0].facts, matters[0].reasons) if part)
        materials = self._materials(matters[0])
        command = RegisterVisit(
            visit_id=f"{self.random.getrandbits(128):032x}",
            visited_at=moment,
            people=tuple(people),
            anonymous=anonymous,
            headcount=max(1, len(people)),
            oral=oral,
            oral_record=f"来访人口述：{said}" if oral else "",
            read_back=oral,
            interviewer=self.random.choice(words.INTERVIEWERS),
            matters=tuple(matters),
            materials=materials,
            originals_returned=any(item.form == "original" for item in materials),
            historical=True,
        )
        again = (earlier, *("" for _ in keys[1:]))
        return SyntheticVisit(command, tuple(life.key for life in lives), (known,) * len(lives), tuple(keys), again)

    # a person -------------------------------------------------------------------------------------------------------

    def _remember(self, person: PetitionerInput) -> _Life:
        self.people += 1
        life = _Life(f"p{self.people}", person)
        if person.address or person.delivery_address:
            if len(self.lives) < KEEP:
                self.lives.append(life)
            else:
                self.lives[self.random.randrange(KEEP)] = life
        return life

    def _person(self, town: str = "", code: str = "", village: str = "") -> PetitionerInput:
        if not village:
            town, (code, village) = self._place()
        sex: Literal["male", "female"] = "male" if self.random.random() < 0.55 else "female"
        name, group = self._name(sex)
        birth = date(self.year - self.random.randrange(22, 79), 1, 1) + timedelta(days=self.random.randrange(365))
        address = f"{words.COUNTY}{town}{village}{self.random.randrange(1, 9)}组{self.random.randrange(1, 180)}号"
        has_card = self.random.random() < 0.93
        return PetitionerInput(
            name=name,
            sex=sex,
            ethnic_group=group,
            id_number=self._id_number(birth, sex) if has_card else "",
            birth=birth.isoformat(),
            mobile=self._mobile() if self.random.random() < 0.92 else "",
            address=address,
            address_code=code,
            household_address=address if self.random.random() < 0.3 else "",
            delivery_address=address if self.random.random() < 0.25 else "",
            occupation=self.random.choice(words.OCCUPATIONS),
            workplace=self.random.choice(words.COMPANIES) if self.random.random() < 0.1 else "",
        )

    def _organisation(self) -> PetitionerInput:
        town, (code, village) = self._place()
        mark = self.random.choice(words.ORGANISATION_MARKS) + self.random.choice(words.ORGANISATION_MARKS)
        body = f"91{words.REGION}" + "".join(self.random.choice(CODE_ALPHABET) for _ in range(9))
        return PetitionerInput(
            name=f"{words.COUNTY}{mark}{self.random.choice(words.ORGANISATION_KINDS)}",
            kind="organisation",
            id_kind="",
            credit_code=body + credit_check_character(body),
            legal_representative=self._name()[0],
            agent=self._name()[0],
            mobile=self._mobile(),
            address=f"{words.COUNTY}{town}{village}{self.random.randrange(1, 200)}号",
            address_code=code,
        )

    def _name(self, sex: str = "male") -> tuple[str, str]:
        """A name and the code of its bearer's ethnic group."""
        dice = self.random.random()
        if dice < 0.03:
            group, given, fathers = self.random.choice(words.MINORITIES)
            return f"{self.random.choice(given)}·{self.random.choice(fathers)}", group
        last = self.random.choice(words.SURNAMES if dice > 0.05 else words.COMPOUND_SURNAMES)
        end = self.random.choice(words.MEN if sex == "male" else words.WOMEN)
        if self.random.random() < 0.04:
            end = self.random.choice(words.RARE_GIVEN)
        if self.random.random() < 0.015:
            last = self.random.choice(words.RARE_SURNAMES)
        middle = self.random.choice(words.MIDDLE) if self.random.random() < 0.72 else ""
        group = "01" if self.random.random() < 0.97 else self.random.choice(("03", "11", "15", "06"))
        return last + middle + end, group

    def _id_number(self, birth: date, sex: str) -> str:
        while True:
            order = self.random.randrange(1, 500) * 2 - (1 if sex == "male" else 0)
            head = f"{words.REGION}{birth:%Y%m%d}{order:03d}"
            number = head + check_character(head)
            if number not in self.numbers:
                self.numbers.add(number)
                return number

    def _mobile(self) -> str:
        return f"19900{self.random.randrange(1_000_000):06d}"

    def _place(self) -> tuple[str, tuple[str, str]]:
        town, villages = self.random.choice(words.TOWNS)
        return town, self.random.choice(villages)

    # a matter -------------------------------------------------------------------------------------------------------

    def _story(self) -> Story:
        return self.random.choices(STORIES, weights=[each.weight for each in STORIES])[0]

    def _matter(self, story: Story, person: PetitionerInput) -> MatterInput:
        choose = self.random.choice
        town, (code, village) = self._place()
        for name, villages in words.TOWNS:  # what people complain about mostly lies where they live
            for each in villages:
                if each[0] == person.address_code:
                    town, (code, village) = name, each
        year = self.year - choose((0, 0, 1, 1, 2))
        month = self.random.randrange(1, 10)
        company, official = choose(words.COMPANIES), self._name()[0]
        gaps = {
            "village": village,
            "town": town,
            "group": self.random.randrange(1, 9),
            "mu": self.random.randrange(2, 60),
            "sum": self.random.randrange(8, 900) * 100,
            "days": self.random.randrange(12, 180),
            "year": year,
            "people": self.random.randrange(3, 40),
            "month": month,
            "company": company,
            "project": choose(words.PROJECTS),
            "estate": choose(words.ESTATES),
            "school": choose(words.SCHOOLS),
            "hospital": choose(words.HOSPITALS),
            "person": official,
            "organ": choose(self.offices),
        }
        more = self.random.sample(story.more_facts, self.random.randrange(1, len(story.more_facts) + 1))
        told = self.random.randrange(max(len(story.summaries), len(story.facts)))  # heading and story go together
        facts = story.facts[told % len(story.facts)] + "".join(more)
        committee = f"{town}{village}村民委员会"
        accused = {"organ": gaps["organ"], "company": company, "village": committee, "": ""}[story.accused]
        own = "no" if self.office_kind == "petition_office" else "yes"
        return MatterInput(
            summary=story.summaries[told % len(story.summaries)].format_map(gaps),
            request=story.requests[told % len(story.requests)].format_map(gaps),
            facts=facts.format_map(gaps),
            reasons=choose(story.reasons).format_map(gaps),
            matter_class=story.matter_class,
            route=story.route,
            content_code=story.content_code,
            purpose_code=story.purpose,
            place=f"{words.COUNTY}{town}{village}",
            place_code=code,
            occurred_on=f"{year}-{month:02d}" if self.random.random() < 0.6 else "",
            accused_person=official if story.matter_class == "accusation" else "",
            accused_organ=str(accused) if story.matter_class == "accusation" or self.random.random() < 0.7 else "",
            accused_post="村民委员会成员" if story.matter_class == "accusation" else "",
            triage=TriageAnswers(story.court, story.reconsideration, story.arbitration, "no"),
            own_power="yes" if own == "yes" and self.random.random() < 0.85 else "no",
            repeat=RepeatDecision("first", "", "first", "本机构没有此人以前的信访事项"),
            flags=tuple(flag for flag in story.flags if flag == "litigation" or self.random.random() < 0.2),
        )

    def _materials(self, matter: MatterInput) -> tuple[MaterialInput, ...]:
        story = next(each for each in STORIES if each.content_code == matter.content_code)
        if not story.materials or self.random.random() < 0.45:
            return ()
        chosen = self.random.sample(story.materials, self.random.randrange(1, len(story.materials) + 1))
        return tuple(
            MaterialInput(
                title,
                self.random.choice((1, 1, 1, 2)),
                self.random.randrange(1, 9),
                "copy" if "复印" in title or self.random.random() < 0.7 else "original",
            )
            for title in chosen
        )
