"""Silences and keys in the store."""

import json
import secrets
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import text

from contracts.notices import SilenceEnded, SilenceWanted, TokensRevoked, TokenWanted
from shared.domain.silence import Silence
from shared.storage.engine import Database
from shared.storage.instants import to_micros
from shared.storage.noticing import silence_of
from shared.storage.reading import Snapshot
from shared.storage.trouble import trouble_as_not_stored
from shared.storage.undivided import undivided

_SILENCE: Final = text(
    "INSERT INTO silence (id, reason, by, since, until, covers) VALUES (:id, :reason, :by, :since, :until, :covers)"
)
_END: Final = text("UPDATE silence SET until = :now WHERE id = :id AND until > :now")
_TOKEN: Final = text("INSERT INTO token (hash, person, made_at, revoked_at) VALUES (:hash, :person, :made_at, NULL)")
_REVOKE: Final = text("UPDATE token SET revoked_at = :now WHERE person = :person AND revoked_at IS NULL")
COVERS: Final = ("family", "unit", "owner", "number", "person")


class NotGranted(Exception):
    """What was asked for cannot be; the message says why."""


async def grant(
    database: Database, wanted: SilenceWanted | SilenceEnded | TokenWanted | TokensRevoked, people: set[str], now: datetime
) -> str:
    """Write down what is wanted; the id of the silence, the key, or how many keys were revoked. Raises NotGranted, NotStored."""
    match wanted:
        case SilenceWanted():
            return await _silence(database, wanted, now)
        case SilenceEnded():
            if not await _done(database, _END, {"id": wanted.id, "now": to_micros(now)}):
                raise NotGranted(f"no silence {wanted.id} is in force or to come")
            return wanted.id
        case TokenWanted():
            if wanted.person not in people:
                raise NotGranted(f"{wanted.person} is not in people.toml")
            token = secrets.token_urlsafe(32)
            row = {"hash": hash_of(token), "person": wanted.person, "made_at": to_micros(now)}
            await _done(database, _TOKEN, row)
            return token
        case TokensRevoked():
            return str(await _done(database, _REVOKE, {"person": wanted.person, "now": to_micros(now)}))


async def _silence(database: Database, wanted: SilenceWanted, now: datetime) -> str:
    if wanted.until <= now:
        raise NotGranted("the silence would end before now")
    id = secrets.token_hex(4)
    covers = {name: said for name in COVERS if (said := getattr(wanted, name)) is not None}
    row = {
        "id": id,
        "reason": wanted.reason,
        "by": wanted.by,
        "since": to_micros(wanted.since or now),
        "until": to_micros(wanted.until),
        "covers": json.dumps(covers, ensure_ascii=False),
    }
    await _done(database, _SILENCE, row)
    return id


async def _done(database: Database, statement: Any, terms: dict[str, Any]) -> int:
    with trouble_as_not_stored():
        return await undivided(database.write(lambda connection: int(connection.execute(statement, terms).rowcount)))


async def all_silences(snapshot: Snapshot) -> list[Silence]:
    """All silences there ever were, the latest first."""
    return [silence_of(row) for row in await snapshot.rows("SELECT * FROM silence ORDER BY since DESC, id")]


async def person_of(snapshot: Snapshot, token: str) -> str | None:
    """Whose key it is; None for one that is void or was never given."""
    sql = "SELECT person FROM token WHERE hash = :hash AND revoked_at IS NULL"
    return (await snapshot.rows(sql, hash=hash_of(token))).scalar_one_or_none()  # type: ignore[no-any-return]


def hash_of(token: str) -> str:
    """What is stored of a key of 256 random bits: a fast hash is enough for one that nobody can guess."""
    return sha256(token.encode()).hexdigest()
