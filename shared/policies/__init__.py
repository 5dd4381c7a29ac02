"""Policies as TOML files: the ones we ship, and those of an office that add to or replace them by id."""

import tomllib
from collections.abc import Iterable
from datetime import date, time, timedelta
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from shared.domain.budget import BadBudget, Budget
from shared.domain.matter import Family
from shared.domain.period import Counting
from shared.domain.policy import DEFAULT_POLICY, Evaluations, Extensions, Policies, Policy, Returns
from shared.domain.rule import AT_ONCE, Rule, Starts
from shared.domain.task import Closing
from shared.domain.value import replace
from shared.policies.place import line_of


class BadPolicy(Exception):
    """A policy file cannot be used; the message names the file, the place in it and the reason."""


def _budget(text: object) -> Budget:
    if not isinstance(text, str):
        raise BadBudget(str(text))
    return Budget.parse(text)


def _lead(text: object) -> Budget:
    budget = _budget(text)
    if budget.unit in {"mo", "open"}:
        raise ValueError(f"{text!r} is no lead: write a number with min, h, wh, cd or wd, such as 30min, 24h, 4wh, 3cd or 1wd")
    return budget


def _limit(text: object) -> Budget:
    budget = _budget(text)
    if budget.unit == "open":
        raise ValueError("'open' is no limit: write a number with min, h, wh, cd, wd or mo, such as 30cd or 10wd")
    return budget


def _local_time(read: time | None) -> time | None:
    if read is not None and read.tzinfo is not None:
        raise ValueError("is a local time: write it without a zone, such as 17:30")
    return read


def _length(text: object) -> timedelta:
    units = {"min": "minutes", "h": "hours", "cd": "days"}
    budget = _budget(text)
    if budget.unit not in units:
        raise ValueError(f"{text!r} has no length of its own: write a number with min, h or cd, such as 30min, 24h or 30cd")
    return timedelta(**{units[budget.unit]: budget.number})


Citation = Annotated[str, Field(pattern=r"\S")]
"""What a rule rests on; blank is none."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class _Rule(_Table):
    budget: Annotated[Budget, BeforeValidator(_budget)]
    citation: Citation
    near: tuple[Annotated[Budget, BeforeValidator(_lead)], ...] = ()
    late: tuple[Annotated[Budget, BeforeValidator(_lead)], ...] = ()
    first_day_counts: bool = False
    roll: bool = True
    cut_off: Annotated[time | None, AfterValidator(_local_time)] = None
    day_from: Annotated[time, AfterValidator(_local_time)] = time.min
    starts: Starts = "push"

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> "_Rule":
        if self.first_day_counts and (self.cut_off is not None or self.day_from != time.min):
            raise ValueError("first_day_counts goes with neither cut_off nor day_from: a period could end before it starts")
        return self

    def rule(self, id_: str) -> Rule:
        counting = Counting(self.first_day_counts, self.roll, self.cut_off, self.day_from)
        return Rule(id_, self.budget, self.citation, self.near, counting, self.starts, self.late)


class _Given(_Rule):
    """A rule in whose place a due may be given, which may be one of hours."""

    short_near: tuple[Annotated[Budget, BeforeValidator(_lead)], ...] = ()
    short_late: tuple[Annotated[Budget, BeforeValidator(_lead)], ...] = ()

    def rule(self, id_: str) -> Rule:
        return replace(super().rule(id_), short_near=self.short_near, short_late=self.short_late)


class _AtOnce(_Rule):
    """A rule whose clock something else starts: the registration, a request, a closing."""

    starts: Literal["push"] = "push"


class _Sign(_Rule):
    starts: Literal["push", "receipt"] = "push"


class _Internal(_Table):
    before: Annotated[Budget, BeforeValidator(_lead)]
    citation: Citation
    near: tuple[Annotated[Budget, BeforeValidator(_lead)], ...] = ()
    late: tuple[Annotated[Budget, BeforeValidator(_lead)], ...] = ()

    def rule(self, id_: str) -> Rule:
        return Rule(id_, self.before, self.citation, self.near, late=self.late)


class _Finish(_Table):
    directive: _Given | None = None
    complaint: _Given | None = None
    rectification: _Given | None = None


class _Extension(_Table):
    times: Annotated[int, Field(ge=1)]
    longest: Annotated[Budget, BeforeValidator(_limit)]
    granted_by: Literal["owner", "unit"]
    citation: Citation
    answer: _AtOnce | None = None

    def limits(self, policy: str) -> Extensions:
        answer = None if self.answer is None else self.answer.rule(f"{policy}.extension.answer")
        return Extensions(self.times, self.longest, self.granted_by, self.citation, answer)


class _Return(_Table):
    within: Annotated[Budget, BeforeValidator(_limit)]
    citation: Citation
    answer: _AtOnce | None = None

    def limits(self, policy: str) -> Returns:
        answer = None if self.answer is None else self.answer.rule(f"{policy}.return.answer")
        return Returns(self.within, self.citation, answer)


class _Evaluation(_Table):
    within: Annotated[Budget, BeforeValidator(_limit)]
    unanswered_from: Annotated[Budget | None, BeforeValidator(_limit)] = None
    unanswered_until: Annotated[Budget | None, BeforeValidator(_limit)] = None
    citation: Citation

    @model_validator(mode="after")
    def _both_ends(self) -> "_Evaluation":
        if (self.unanswered_from is None) != (self.unanswered_until is None):
            raise ValueError("unanswered_from and unanswered_until go together")
        return self


class _CoUnits(_Table):
    closing: Closing
    citation: Citation


class _Split(_Table):
    closes_with: Literal["any", "all"]
    citation: Citation


class _Grounds(_Table):
    grounds: Annotated[tuple[Annotated[str, Field(pattern=r"^\S(.*\S)?$")], ...], Field(min_length=1)]
    citation: Citation


class _File(_Table):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    version: Annotated[int, Field(ge=1)]
    title: str
    flow: Literal["standard", "reported"]
    park_for: Annotated[timedelta, BeforeValidator(_length)]
    applies_from: date | None = None
    sign: _Sign | None = None
    respond: _Given | None = None
    finish: _Finish
    internal: _Internal | None = None
    look_back: _AtOnce | None = None
    extension: _Extension | None = None
    returning: Annotated[_Return | None, Field(alias="return")] = None
    suspension: _Grounds | None = None
    not_acceptance: _Grounds | None = None
    evaluation: _Evaluation | None = None
    co_units: _CoUnits | None = None
    split: _Split | None = None

    def policy(self) -> Policy:
        given = {family: getattr(self.finish, family) for family in Family}
        finish = {family: rule.rule(f"{self.id}.finish.{family}") for family, rule in given.items() if rule is not None}
        sign = self._rule("sign", self.sign)
        return Policy(
            id=self.id,
            version=self.version,
            title=self.title,
            flow=self.flow,
            sign=sign,
            finish=finish,
            extensions=None if self.extension is None else self.extension.limits(self.id),
            returns=None if self.returning is None else self.returning.limits(self.id),
            suspended_on=() if self.suspension is None else self.suspension.grounds,
            not_accepted_on=() if self.not_acceptance is None else self.not_acceptance.grounds,
            park_for=self.park_for,
            respond=self._rule("respond", self.respond),
            internal=self._rule("internal", self.internal),
            look_back=self._rule("look-back", self.look_back),
            evaluations=None if self.evaluation is None else Evaluations(**dict(self.evaluation)),
            closing="lead" if self.co_units is None else self.co_units.closing,
            parts=None if self.split is None else self.split.closes_with,
            applies_from=self.applies_from,
        )

    def _rule(self, name: str, given: _Rule | _Internal | None) -> Rule | None:
        return None if given is None else given.rule(f"{self.id}.{name}")


def load_policies(own: Path | None = None, proposed: Path | None = None) -> Policies:
    """The shipped policies and those of the folder `own`, by id, each with its versions; an office's own policy takes the place
    of a shipped one of the same id. A proposed file is read as if it were in the folder. Raises BadPolicy.
    """
    policies = _by_id(resources.files(__name__).iterdir())
    files = list(own.iterdir()) if own is not None and own.is_dir() else []
    if proposed is not None:
        files = [*(file for file in files if file.name != proposed.name), proposed]
    policies |= _by_id(files)
    default = policies.get(DEFAULT_POLICY)
    if default is None:
        raise BadPolicy(f"there is no policy {DEFAULT_POLICY!r}, which is the default")
    if missing := [family for one in (default, *default.earlier) for family in Family if family not in one.finish]:
        raise BadPolicy(f"the policy {DEFAULT_POLICY!r} is the default and has no rule finish.{missing[0]}")
    return policies


def _by_id(files: Iterable[object]) -> Policies:
    policies: Policies = {}
    read = [(read_policy(file), file) for file in sorted(Path(str(file)) for file in files) if file.suffix == ".toml"]
    for policy, file in sorted(read, key=lambda one: one[0].version):
        before = policies.get(policy.id)
        if before is None:
            policies[policy.id] = policy
            continue
        if before.version == policy.version:
            raise BadPolicy(f"{file}: version: {policy.id} has a version {policy.version} already in another file")
        if before.applies_from is not None and (policy.applies_from is None or policy.applies_from <= before.applies_from):
            why = f"must be later than {before.applies_from}, from which version {before.version} applies"
            raise BadPolicy(f"{file}: applies_from: {why}")
        policies[policy.id] = replace(policy, earlier=(before, *before.earlier))
    return policies


def read_policy(file: Path) -> Policy:
    """One policy file. Raises BadPolicy with the file, the place and the reason."""
    text = ""
    try:
        text = file.read_text(encoding="utf-8")
        return _checked(_File.model_validate(tomllib.loads(text)))
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in problem["loc"])
        line = line_of(text, [str(step) for step in problem["loc"]])
        raise BadPolicy(f"{file}:{line}: {place}: {problem['msg'].removeprefix('Value error, ')}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, ValueError) as error:
        raise BadPolicy(f"{file}: {error}") from None


def _checked(file: _File) -> Policy:
    if (file.flow == "standard") != (file.sign is not None):
        raise ValueError("sign: a standard flow has a sign rule, a reported one has none")
    policy = file.policy()
    if not policy.finish:
        raise ValueError("finish: a policy has a finish rule for one family at least")
    later = [rule.id for rule in (policy.respond, *policy.finish.values()) if rule and rule.starts not in AT_ONCE]
    if later and file.flow == "reported":
        raise ValueError(f"{later[0]}: starts: in a reported flow nobody signs and nothing is taken up; write push or receipt")
    return policy
