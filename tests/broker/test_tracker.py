"""The tracker on a real nats-server and a real database: what is pushed is answered, kept and published."""

from shared.codec.events import digest
from shared.domain.matter import Matter
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from tests.support import matters, tracking
from tests.support.matters import CITY, DISTRICT, course, issued, later, noted, signed
from tests.support.tracking import body_of, duban


async def test_an_event_is_accepted_at_its_place_in_the_ledger(database: Database, nats_url: str) -> None:
    event = issued("1", later(-60))
    async with duban(database, nats_url) as world:
        receipt = await world.ask(event)

    assert (receipt.outcome, receipt.id, receipt.source, receipt.subject) == ("accepted", event["id"], CITY, "1")
    assert (receipt.partition, receipt.position, receipt.reasons) == (0, 1, ())


async def test_a_receipt_comes_after_the_commit(database: Database, nats_url: str) -> None:
    async with duban(database, nats_url) as world:
        for number in range(20):
            receipt = await world.ask(issued(str(number), later(-60)))
            assert receipt.position is not None
            assert await tracking.position_of(database) >= receipt.position


async def test_an_event_pushed_again_is_a_duplicate_that_changes_nothing(database: Database, nats_url: str) -> None:
    event = issued("1", later(-60))
    async with duban(database, nats_url) as world:
        first = await world.ask(event)
        again = await world.ask(event)

    assert (again.outcome, again.position) == ("duplicate", first.position)
    assert len(await tracking.ledger(database)) == 1


async def test_another_spelling_of_the_same_event_is_a_duplicate(database: Database, nats_url: str) -> None:
    event = issued("1", later(-60), title="清理河道")
    other = b" " + tracking.raw_of(dict(reversed(event.items())))
    async with duban(database, nats_url) as world:
        await world.ask(event)
        again = await world.ask(other, tracking.subject_of(event))

    assert (again.outcome, again.position) == ("duplicate", 1)


async def test_an_id_used_again_for_other_content_is_refused_and_the_first_stands(database: Database, nats_url: str) -> None:
    event = issued("1", later(-60))
    async with duban(database, nats_url) as world:
        await world.ask(event)
        receipt = await world.ask(event | {"time": later(-30).isoformat()})

    assert (receipt.outcome, [reason.path for reason in receipt.reasons]) == ("rejected", ["$.id"])
    assert [row.event for row in await tracking.ledger(database)] == [tracking.raw_of(event)]


async def test_an_event_of_an_unknown_matter_waits_for_its_registration(database: Database, nats_url: str) -> None:
    early, registration = signed("1", later(-30)), issued("1", later(-60))
    async with duban(database, nats_url) as world:
        parked = await world.ask(early)
        assert (parked.outcome, parked.position, parked.reasons[0].path) == ("parked", None, "$.subject")
        assert (await world.ask(early)).outcome == "duplicate"

        assert (await world.ask(registration)).outcome == "accepted"
        assert (await world.ask(early)).outcome == "duplicate"

    assert [(row.kind, row.event) for row in await tracking.ledger(database)] == [
        ("registered", tracking.raw_of(registration)),
        ("signed", tracking.raw_of(early)),
    ]
    async with ReadStore(database).snapshot() as snapshot:
        assert await snapshot.parked(Matter(CITY, "1")) == []


async def test_a_course_that_arrives_backwards_ends_closed(database: Database, nats_url: str) -> None:
    async with duban(database, nats_url) as world:
        outcomes = [(await world.ask(event)).outcome for event in reversed(course("1"))]

    assert outcomes == ["parked", "parked", "parked", "accepted"]
    async with ReadStore(database).snapshot() as snapshot:
        [task] = [task async for task in snapshot.tasks()]
        assert task.state.place == "closed"
        assert await snapshot.count("parked") == 0


async def test_bytes_that_are_no_event_are_refused_with_the_reason_and_kept(database: Database, nats_url: str) -> None:
    subject = tracking.subject_of(issued("1", later(0)))
    of_another_matter, too_long = tracking.raw_of(issued("2", later(0))), b'{"data": "' + b"x" * 300_000
    wrong = [b"{bad", b"\xff\xfe", b"", b"[]", b"[" * 100_000, of_another_matter, too_long]
    async with duban(database, nats_url) as world:
        receipts = [await world.ask(raw, subject) for raw in wrong]

    assert {receipt.outcome for receipt in receipts} == {"rejected"}
    assert all(receipt.reasons and receipt.reasons[0].message for receipt in receipts)
    async with ReadStore(database).snapshot() as snapshot:
        assert {push.raw for push in await snapshot.rejected(20)} == set(wrong)
    assert await tracking.ledger(database) == []


async def test_the_field_that_is_wrong_is_named(database: Database, nats_url: str) -> None:
    event = issued("1", later(-60), title="", due="2026-11-23T09:00:00")
    async with duban(database, nats_url) as world:
        receipt = await world.ask(event)

    assert (receipt.outcome, receipt.id) == ("rejected", event["id"])
    assert {reason.path for reason in receipt.reasons} >= {"$.data.title", "$.data.due"}


async def test_only_the_owner_may_change_its_matter(database: Database, nats_url: str) -> None:
    async with duban(database, nats_url) as world:
        await world.ask(issued("1", later(-60)))
        receipt = await world.ask(matters.said("directive.withdrawn", "1", later(-30), sender=DISTRICT))

    assert (receipt.outcome, [reason.path for reason in receipt.reasons]) == ("rejected", ["$.owner"])


async def test_one_bad_message_of_a_batch_disturbs_nothing_beside_it(database: Database, nats_url: str) -> None:
    good = [issued(str(number), later(-60)) for number in range(60)]
    bad = b"\xff{"
    async with tracking.outside(nats_url) as world:
        for number, event in enumerate(good):
            await world.push(event)
            if number == 30:
                await world.push(bad, tracking.subject_of(event))
        async with tracking.tracking(database, nats_url):
            receipts = [await world.receipt_for(event) for event in good]
            assert (await world.receipt_for(bad)).outcome == "rejected"

    assert [(receipt.outcome, receipt.position) for receipt in receipts] == [("accepted", n + 1) for n in range(60)]
    assert len({receipt.recorded_at for receipt in receipts}) < 60, "they came in batches"


async def test_facts_are_published_in_order_without_a_gap_byte_for_byte_as_in_the_ledger(
    database: Database, nats_url: str
) -> None:
    async with duban(database, nats_url) as world:
        await world.push_all([event for number in range(150) for event in course(str(number))])
        facts = await world.facts_up_to(600, within=20)

    rows = await tracking.ledger(database)
    assert [row.position for row in rows] == list(range(1, 601))
    assert [message.data for message in facts] == [row.body for row in rows]
    assert {body_of(message)["partition"] for message in facts} == {0}


async def test_a_fact_says_which_event_caused_it_and_stands_under_its_unit(database: Database, nats_url: str) -> None:
    async with duban(database, nats_url) as world:
        await world.ask(issued("ZB.1", later(-60), unit="gx q"))
        await world.ask(noted("ZB.1", later(-50), "note 1"))
        facts = await world.facts_up_to(2)

    assert [message.subject for message in facts] == [
        "duban.out.0.gx%20q.directive.registered",
        "duban.out.0.gx%20q.directive.noted",
    ]
    assert [(body["causesource"], body["causeid"], body["subject"]) for body in map(body_of, facts)] == [
        (CITY, "directive.issued-ZB.1", "ZB.1"),
        (CITY, "note 1", "ZB.1"),
    ]


async def test_a_push_of_the_same_bytes_is_answered_by_the_digest(database: Database, nats_url: str) -> None:
    raw = b"not even JSON"
    async with duban(database, nats_url) as world:
        receipt = await world.ask(raw, tracking.subject_of(issued("1", later(0))))

    assert (receipt.id, receipt.digest) == (None, digest(raw))
