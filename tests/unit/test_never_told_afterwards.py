"""In any interleaving of events and time: people are told of what holds, once, in time, and nothing that holds is lost."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.budget import Budget
from shared.domain.grounds import instead, is_theirs
from shared.domain.notice import Notice, Occasion, Office, notices, standing
from shared.domain.person import Absence, Duty, Person, Post, Role, Roster
from shared.domain.policy import Rulebook
from shared.domain.retelling import judged_again
from shared.domain.silence import Silence
from shared.domain.task import Ended, Suspended, Task
from shared.domain.telling import Hours, first_turn, in_hours, step_at
from shared.domain.value import replace
from tests.support.any_command import VARIED, any_commands
from tests.support.posts import SHIPPED
from tests.support.sample import CALENDAR, MATTER, SHANGHAI, at, withdraw
from tests.support.telling import TellingOffice, Told

MOMENT = timedelta(microseconds=1)
UNITS = ("bureau", "water", "parks")
LATE = (Budget(1, "wd"), Budget(5, "wd"), Budget(2, "h"))
TOLD_AGAIN: Rulebook = replace(
    VARIED,
    policies={
        name: replace(policy, finish={family: replace(rule, late=LATE) for family, rule in policy.finish.items()})
        for name, policy in VARIED.policies.items()
    },
)
SEEDS = st.integers(0, 2**32).map(Random)


def any_roster(random: Random) -> Roster:
    """Posts that some hold, several hold or nobody, with absences, chains and circles of stand-ins, and a rota."""
    names = [f"person-{number}" for number in range(random.randint(0, 8))]
    people = {}
    for name in names:
        posts = [any_post(random) for _ in range(random.randint(0, 3))]
        absences = [any_absence(random, names) for _ in range(random.randint(0, 2))]
        people[name] = Person(name, name, tuple(posts), absences=tuple(absences))
    duties = tuple(Duty(at(day), at(day + 5), random.choice(names)) for day in range(0, 60, 6)) if names else ()
    return Roster(people, duties, {"water": "bureau", "parks": "water"})


def any_post(random: Random) -> Post:
    return Post(random.choice(list(Role)), tuple(random.sample(UNITS, random.randint(0, 2))))


def any_absence(random: Random, names: list[str]) -> Absence:
    first = at(random.randint(0, 60)).date()
    return Absence(first, first + timedelta(days=random.randint(0, 40)), random.choice(names))


def any_silence(random: Random) -> Silence:
    since = at(random.randint(0, 60)) + timedelta(minutes=random.randint(0, 24 * 60))
    until = since + timedelta(minutes=random.randint(1, 10 * 24 * 60))
    return Silence("s", "检修", "keeper", since, until, person=random.choice((None, "person-0")))


def any_story(random: Random, *, posts_change: bool = False) -> TellingOffice:
    """Any commands, each coming late or at once, acknowledgements in between, and time that runs on or stands still; sometimes
    the notifier begins anew with other people.
    """
    office = TellingOffice(Office(any_roster(random), SHIPPED, Hours(), CALENDAR), TOLD_AGAIN, at(0))
    shift = timedelta(hours=random.randint(0, 23))  # to other times of day than those of the dues
    office.silences += [any_silence(random) for _ in range(random.choice((0, 0, 1, 3)))]
    commands = [replace(one, cause=replace(one.cause, at=one.cause.at + shift)) for one in any_commands(random)]
    if random.random() < 0.3:
        commands.append(withdraw(commands[-1].cause.at + timedelta(hours=random.randint(0, 200))))
    for command in commands:
        due = command.cause.at + random.choice((timedelta(0), timedelta(0), timedelta(hours=5), timedelta(days=4)))
        if random.random() < 0.2:
            office.now = max(office.now, due)  # nothing runs up to then
        office.until(max(due, office.now))
        if posts_change and random.random() < 0.15:
            office.begins_anew(any_roster(random))
        office.takes(command)
        if random.random() < 0.15 and office.office.roster.people:
            office.takes_note(random.choice(list(office.office.roster.people)), MATTER)
    office.until(office.now + timedelta(days=400))
    return office


def is_running(task: Task | None, occasion: Occasion) -> bool:
    """Whether an alert stands on record for the present due-version of a clock that runs."""
    assert task is not None
    clock = next((one for one in task.clocks if one.name == occasion.topic), None)
    return (
        clock is not None
        and clock.version == occasion.version
        and clock.stopped_at is None
        and occasion.rung in {alert.rung for alert in task.raised(clock).values()}
    )


def told_of_clocks(office: TellingOffice) -> Iterator[Told]:
    return (one for one in office.told if one.notice.occasion.topic not in ("urge", "alarm"))


@settings(max_examples=200, deadline=None)
@given(SEEDS)
def test_whatever_is_told_holds_when_it_is_told(random: Random) -> None:
    office = any_story(random, posts_change=True)
    for told in told_of_clocks(office):
        assert is_running(told.task, told.notice.occasion)
        assert told.task is not None
        assert not isinstance(told.task.state, Ended)
        if isinstance(told.task.state, Suspended):
            assert told.notice.occasion.topic not in told.task.state.stopped
        assert instead(told.notice, told.task, told.office, told.at) is None, "they have the post and are there"
        if not told.task.is_open:
            assert told.notice.occasion.topic == "look-back", "the only clock that runs after the closing"


@settings(max_examples=200, deadline=None)
@given(SEEDS)
def test_nobody_is_told_twice_nor_too_soon_nor_of_a_lower_rung_after_a_higher_one(random: Random) -> None:
    office = any_story(random, posts_change=True)
    assert max(Counter(one.notice.id for one in office.told).values(), default=1) == 1
    heard: dict[tuple[str, ...], tuple[int, datetime]] = {}
    for told in told_of_clocks(office):
        one = told.notice.occasion
        assert told.at >= told.notice.tell_at >= one.at + timedelta(seconds=30)
        assert told.notice.urgent or is_office_time(told.at)
        key = (told.notice.person, one.owner, one.number, one.topic)
        assert heard.get(key, (0, one.at)) <= (one.version, one.at)
        heard[key] = (one.version, one.at)


@settings(max_examples=200, deadline=None)
@given(SEEDS)
def test_a_step_comes_as_long_after_the_one_before_as_its_route_says(random: Random) -> None:
    office = any_story(random, posts_change=True)
    times = Counter(one.id for one in office.planned)
    anew = {one.occasion for one in office.planned if times[one.id] > 1}  # others have the task, and the steps begin again
    told = [one for one in office.told if one.notice.occasion not in anew]
    for later in told:
        notice = later.notice
        before = [one for one in told if one.notice.occasion == notice.occasion and one.notice.reason.step < notice.reason.step]
        if not before:
            continue
        due = min(one.at for one in before if one.notice.reason.step == max(one.notice.reason.step for one in before))
        for lag in notice.reason.after:
            due = step_at(due, lag, CALENDAR)
        assert later.at >= due


@settings(max_examples=200, deadline=None)
@given(SEEDS)
def test_no_alert_that_holds_is_lost(random: Random) -> None:
    """It is told to each whom its route names, or something higher is told to them, or somebody took note."""
    office = any_story(random)
    task = office.tasks.get(MATTER)
    told = {one.notice.id for one in office.told}
    became = {one.id: why for _, one, why in office.dropped}
    if task is None:
        return
    for occasion in standing(task):
        noted = any(one.covers(occasion) for one in office.acknowledged)
        planned = [one for one in office.planned if key_of(one.occasion) == key_of(occasion)]
        theirs = [one for one in planned if one.id in told or became.get(one.id) != "passed-on"]
        there = [one for one in notices(occasion, task, office.office) if one.reason.role is not Role.DUTY]
        assert theirs or not there, "whoever has the task now is thought of; who was on duty then is not any more"
        for notice in theirs:
            assert notice.id in told or noted or heard_higher(office, notice)


@settings(max_examples=200, deadline=None)
@given(SEEDS)
def test_a_message_that_is_tried_again_later_says_what_still_holds_and_nothing_else(random: Random) -> None:
    office = any_story(random)
    told = [one.notice for one in office.told]
    found = judged_again(told, office.tasks, office.acknowledged, told, office.office.roster)
    assert {one.id for one in found.told}.isdisjoint(one.id for one, _ in found.dropped)
    assert len(found.told) + len(found.dropped) == len(told)
    for notice in found.told:
        task = office.tasks[MATTER]
        assert is_theirs(notice, task, office.office.roster)
        assert notice.occasion.topic == "urge" or is_running(task, notice.occasion)
        assert task.is_open or notice.occasion.topic == "look-back"
        assert not any(one.covers(notice.occasion) and one.person == notice.person for one in office.acknowledged)
    heights = Counter((one.person, one.occasion.topic) for one in found.told if one.occasion.topic != "urge")
    assert max(heights.values(), default=1) == 1, "of one clock the highest rung alone"


def key_of(one: Occasion) -> tuple[str, int, str]:
    return (one.topic, one.version, one.rung)


def heard_higher(office: TellingOffice, notice: Notice) -> bool:
    one = notice.occasion
    return any(
        (told.notice.person, told.notice.occasion.topic) == (notice.person, one.topic)
        and (told.notice.occasion.version, told.notice.occasion.at) >= (one.version, one.at)
        for told in office.told
    )


def test_the_random_stories_tell_and_drop_for_many_reasons() -> None:
    offices = [any_story(Random(seed)) for seed in range(400)]
    whys = Counter(why for office in offices for _, _, why in office.dropped)
    assert sum(len(office.told) for office in offices) > 1000
    assert set(whys) >= {"closed", "ended", "extended", "answered", "acknowledged", "covered", "passed-on"}


INSTANTS = st.integers(0, 4 * 366 * 24 * 3600).map(lambda seconds: at(-1400) + timedelta(seconds=seconds))
LAGS = st.builds(Budget, st.integers(1, 40), st.sampled_from(["min", "h", "wh", "cd", "wd"]))


def is_office_time(instant: datetime) -> bool:
    local = instant.astimezone(SHANGHAI)
    return CALENDAR.is_working(local.date()) and any(start <= local.time() < end for start, end in CALENDAR.hours)


def told_at(at: datetime, *, urgent: bool, now: datetime | None = None) -> datetime:
    return first_turn(at, None, Hours(), CALENDAR, urgent=urgent, now=now).tell_at


@given(INSTANTS, st.booleans())
def test_people_are_told_at_once_or_in_office_hours_after_the_digest_and_never_early(asked: datetime, urgent: bool) -> None:
    hours = Hours()
    told = told_at(asked, urgent=urgent)
    assert told.utcoffset() == timedelta(0)
    assert told >= asked + hours.settle
    if urgent:
        assert told == asked + hours.settle
    else:
        assert is_office_time(told)
        assert told.astimezone(SHANGHAI).time() >= hours.digest_at
        assert in_hours(told, hours, CALENDAR) == told, "who may be told is told"


@given(INSTANTS, st.integers(0, 10**6), st.booleans())
def test_what_happens_later_is_never_told_earlier(asked: datetime, seconds: int, urgent: bool) -> None:
    later = asked + timedelta(seconds=seconds)
    assert told_at(later, urgent=urgent) >= told_at(asked, urgent=urgent)


@given(INSTANTS, st.integers(0, 30_000), st.integers(0, 10**6), st.booleans())
def test_what_is_heard_in_time_is_told_as_ever_and_what_is_heard_late_within_a_minute(
    asked: datetime, early: int, late: int, urgent: bool
) -> None:
    settled = asked + Hours().settle
    assert told_at(asked, urgent=urgent, now=asked + timedelta(milliseconds=early)) == told_at(asked, urgent=urgent)
    now = settled + timedelta(microseconds=1, milliseconds=late)
    told = told_at(asked, urgent=urgent, now=now)
    if urgent:
        assert Hours().settle <= told - now < 2 * Hours().settle
    else:
        assert told >= now
        assert is_office_time(told)


@given(INSTANTS, st.integers(0, 10**6), LAGS)
def test_a_step_comes_after_the_one_before_and_the_later_the_later(told: datetime, seconds: int, lag: Budget) -> None:
    assert step_at(told, None, CALENDAR) == told
    told = in_hours(told, Hours(), CALENDAR)
    assert step_at(told, lag, CALENDAR) > told
    assert step_at(told + timedelta(seconds=seconds), lag, CALENDAR) >= step_at(told, lag, CALENDAR)


@settings(max_examples=300, deadline=None)
@given(SEEDS, st.sampled_from(list(Role)), st.sampled_from([*UNITS, "stranger", None]), st.integers(0, 100))
def test_whoever_holds_a_post_is_known_and_there_unless_nobody_is(
    random: Random, role: Role, unit: str | None, days: int
) -> None:
    roster, day = any_roster(random), at(days).date()
    for chosen in roster.holders(role, unit, "city", day):
        assert chosen.role is role
        assert roster.people[chosen.person.id] == chosen.person
        for away in chosen.instead_of:
            assert roster.people[away].absence(day) is not None
        absence = chosen.person.absence(day)
        assert absence is None or absence.stand_in in {*chosen.instead_of, chosen.person.id}
        whose = roster.people[chosen.instead_of[0]] if chosen.instead_of else chosen.person
        assert any(post.role is role for post in whose.posts)
