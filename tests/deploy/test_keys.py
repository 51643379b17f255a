"""Keys of personal data are changed while the county goes on, and nobody loses a number."""

import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from deploy import keys
from deploy.folders import keep_settings
from deploy.stack import settings_file
from supervision.foundation import key_ring
from supervision.foundation.ciphers import Algorithm
from supervision.foundation.database import enter
from supervision.foundation.key_ring import Key
from supervision.foundation.settings import SettingRefused
from supervision.identity import service, telephones
from supervision.messaging import delivery
from supervision.publication.comment_contacts import read_contact
from tests.deploy.test_cli import ducha
from tests.factories.comments import put_comment
from tests.factories.keys import Rings, a_key
from tests.factories.messaging import ask, make_officials, stock, telephone
from tests.factories.publication import put_out
from tests.places import Committed, Place
from tests.supervision.identity.test_telephones import sealed_by_the_first_release

BATCHES = keys.BATCH * 2 + 1


async def make_old(committed: Committed) -> Place:
    """A county of the first release: its numbers are sealed with the installation's secret and bound to nobody."""
    place = await committed.found("330326")
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        ids = await make_officials(session, place.actor, 3)
        for number, official_id in enumerate(ids):
            facts = {"sealed": sealed_by_the_first_release(telephone(number)), "id": official_id}
            await session.execute(text("UPDATE official SET telephone_sealed = :sealed WHERE id = :id"), facts)
        await session.commit()
    return place


async def numbers(committed: Committed) -> list[str]:
    rows = await ask(
        committed,
        "SELECT id, jurisdiction_id, telephone_sealed, telephone_index, telephone_masked FROM official "
        "WHERE telephone_sealed IS NOT NULL ORDER BY id",
    )
    read = [telephones.unseal(row[2], jurisdiction_id=row[1], official_id=row[0]) for row in rows]
    assert [row[3] for row in rows] == [telephones.blind_index(number) for number in read]
    assert [row[4] for row in rows] == [telephones.mask(number) for number in read]
    return read


async def rotate(committed: Committed) -> keys.Tally:
    return await keys.rotate(committed.urls.owner, lambda _: None)


async def test_a_county_of_the_first_release_is_rotated_to_sm4_and_needs_its_old_key_no_more(
    committed: Committed, rings: Rings
) -> None:
    await make_old(committed)
    here = [telephone(each) for each in range(3)]
    installation = key_ring.ring()[0]
    assert (await keys.check(committed.urls.owner)).outdated == 3
    fresh = a_key(1, Algorithm.SM4)
    rings.use(fresh, installation)
    tally = await rotate(committed)
    assert (tally.reencrypted, tally.unreadable) == (3, [])
    rings.use(fresh)
    assert await numbers(committed) == here
    assert (await keys.check(committed.urls.owner)).by_key == {1: 3}
    events = await ask(committed, "SELECT facts FROM audit_event WHERE verb = 'telephones.reencrypted'")
    assert [row[0] for row in events] == [{"key": 1, "count": 3}]
    assert (await rotate(committed)).reencrypted == 0
    assert len(await ask(committed, "SELECT FROM audit_event WHERE verb = 'telephones.reencrypted'")) == 1


async def test_a_rotation_that_was_ended_is_taken_up_where_it_was(committed: Committed, rings: Rings) -> None:
    rings.use(old := a_key(1))
    await stock(committed, BATCHES)
    rings.use(new := a_key(2), old)
    done: list[int] = []

    def end_after_the_first_batch(many: int) -> None:
        done.append(many)
        if len(done) == 1:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await keys.rotate(committed.urls.owner, end_after_the_first_batch)
    found = await keys.check(committed.urls.owner)
    assert found.by_key == {2: keys.BATCH, 1: BATCHES - keys.BATCH}
    assert (await rotate(committed)).reencrypted == BATCHES - keys.BATCH
    rings.use(new)
    assert len(await numbers(committed)) == BATCHES


async def test_counties_are_rotated_each_with_its_own_audit_row_and_no_version_moves(
    committed: Committed, rings: Rings
) -> None:
    rings.use(old := a_key(1))
    first, second = await stock(committed, 2), await stock(committed, 3, code="330327")
    rings.use(a_key(2), old)
    assert (await rotate(committed)).reencrypted == 5
    events = await ask(
        committed, "SELECT jurisdiction_id, facts FROM audit_event WHERE verb = 'telephones.reencrypted' ORDER BY id"
    )
    counts = {row[0]: row[1]["count"] for row in events}
    assert counts == {first.actor.jurisdiction_id: 2, second.actor.jurisdiction_id: 3}
    assert [tuple(row) for row in await ask(committed, "SELECT DISTINCT version FROM official")] == [(1,)]


async def test_contacts_of_comments_are_rotated_too_each_in_its_county(committed: Committed, rings: Rings) -> None:
    rings.use(old := a_key(1))
    places = [await committed.found(code) for code in ("330326", "330327")]
    comments = [await comment_of(committed, each) for each in places]
    rings.use(new := a_key(2), old)
    both = await keys.count_encrypted(committed.urls.owner)
    assert (await keys.check(committed.urls.owner)).by_key == {1: both}
    assert (await rotate(committed)).reencrypted == both
    rings.use(new)
    assert (await keys.check(committed.urls.owner)).by_key == {2: both}
    for place, comment_id in zip(places, comments, strict=True):
        async with committed.api() as session:
            await enter(session, place.actor.jurisdiction_id)
            contact = (await read_contact(session, place.actor, comment_id))["contact"]
        assert contact == "19999990001"
    events = await ask(committed, "SELECT facts FROM audit_event WHERE verb = 'comment_contacts.reencrypted'")
    assert [row[0] for row in events] == [{"key": 2, "count": 1}] * 2
    assert (await rotate(committed)).reencrypted == 0


async def test_a_contact_that_was_copied_from_another_comment_is_named_and_left(
    committed: Committed, rings: Rings
) -> None:
    rings.use(old := a_key(1))
    first, second = [await comment_of(committed, await committed.found(code)) for code in ("330326", "330327")]
    copied = "UPDATE public_comment SET contact_sealed = (SELECT contact_sealed FROM public_comment WHERE id = :first)"
    await ask(committed, copied, first=first)
    rings.use(a_key(2), old)
    assert (await rotate(committed)).unreadable == [("comment", second)]
    assert (await keys.check(committed.urls.owner)).by_key[1] == 1


async def comment_of(committed: Committed, place: Place) -> UUID:
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        entry_id = await put_out(session, place.actor)
        comment_id = await put_comment(session, place.actor, entry_id, contact="19999990001")
        await session.commit()
    return comment_id


async def test_bytes_that_were_copied_to_another_row_are_named_and_left(committed: Committed, rings: Rings) -> None:
    rings.use(old := a_key(1))
    await stock(committed, 2)
    await ask(
        committed,
        "UPDATE official SET telephone_sealed = (SELECT max(telephone_sealed) FROM official) "
        "WHERE telephone_sealed <> (SELECT max(telephone_sealed) FROM official)",
    )
    rings.use(a_key(2), old)
    tally = await rotate(committed)
    assert (tally.reencrypted, len(tally.unreadable)) == (1, 1)
    assert len((await keys.check(committed.urls.owner)).unreadable) == 1


class TestWhileKeysAreChanged:
    """Between the new key and the end of the rotation, rows of both stand side by side."""

    @pytest.fixture
    async def place(self, committed: Committed, rings: Rings) -> Place:
        rings.use(old := a_key(1))
        place = await stock(committed, 2)
        rings.use(a_key(2), old)
        return place

    async def register(self, committed: Committed, place: Place, number: str) -> None:
        async with committed.api() as session:
            await enter(session, place.actor.jurisdiction_id)
            unit_id = await service.register_unit(session, place.actor, name="示例另一单位", kind="department")
            facts: dict[str, Any] = {"name": "示例人员", "post": "兼职", "position": "handler"}
            await service.register_official(
                session, place.actor, unit_id=unit_id, leadership_level="section", telephone=number, **facts
            )
            await session.commit()

    async def test_all_posts_of_one_person_carry_one_index(self, committed: Committed, place: Place) -> None:
        await self.register(committed, place, telephone(0))
        rows = await ask(committed, "SELECT DISTINCT telephone_index FROM official WHERE telephone_masked LIKE '%0000'")
        assert [row[0] for row in rows] == [telephones.blind_index(telephone(0))]
        await rotate(committed)
        assert await numbers(committed) == [telephone(0), telephone(1), telephone(0)]

    async def test_a_rotation_keeps_posts_together_from_batch_to_batch(
        self, committed: Committed, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await self.register(committed, place, telephone(1))
        old = telephones.blind_indexes(telephone(1))[1]
        await ask(committed, "UPDATE official SET telephone_index = :old WHERE telephone_masked LIKE '%0001'", old=old)
        monkeypatch.setattr(keys, "BATCH", 2)

        def end(_: int) -> None:
            raise InterruptedError

        with pytest.raises(InterruptedError):
            await keys.rotate(committed.urls.owner, end)
        assert len(await numbers(committed)) == 3

    async def test_numbers_of_both_keys_are_found_and_sent_to(self, committed: Committed, place: Place) -> None:
        caller = await committed.callers(place, "administrator")
        wanted = {"telephone": telephone(1)}
        assert len((await caller.get("/v1/officials", params=wanted)).json()["data"]) == 1
        async with committed.worker() as session:
            claimed = await delivery.claim(session, gateway="console", is_test=True, limit=10)
        letters, unsendable = delivery.write_submissions(claimed)
        assert ([letter.telephone for letter in letters], unsendable) == ([telephone(0), telephone(1)], [])

    async def test_a_worker_without_the_key_loses_no_message(
        self, committed: Committed, place: Place, rings: Rings
    ) -> None:
        del place
        rings.use(a_key(3))
        async with committed.worker() as session:
            claimed = await delivery.claim(session, gateway="console", is_test=True, limit=10)
        letters, waiting = delivery.write_submissions(claimed)
        assert letters == []
        assert {(each.verdict, each.code) for each in waiting} == {("unreachable", "key_missing")}


def test_a_file_of_keys_begins_with_the_installations_secret_and_grows_at_its_head(tmp_path: Path) -> None:
    secret, path = tmp_path / "secret", tmp_path / "keys" / "data-keys"
    secret.write_text("ab" * 32)
    assert keys.add_key(path, Algorithm.SM4, secret).id == 1
    assert keys.add_key(path, Algorithm.AES, None).id == 2
    assert [(key.id, key.algorithm) for key in key_ring.read_ring(path)] == [
        (2, "aes-256-gcm"),
        (1, "sm4-gcm"),
        (0, "aes-256-gcm"),
    ]
    assert key_ring.read_ring(path)[-1].secret == bytes.fromhex("ab" * 32)
    assert path.stat().st_mode & 0o777 == 0o600
    keys.keep_ring(path, [Key(255, Algorithm.AES, bytes(32))])
    with pytest.raises(SettingRefused, match="255"):
        keys.add_key(path, Algorithm.AES, None)


class TestCommandLine:
    @pytest.fixture
    def folder(self, committed: Committed, tmp_path: Path, rings: Rings) -> Path:
        rings.use(a_key(1))
        settings = {
            "DUCHA_DATABASE_URL": committed.urls.owner,
            "DUCHA_REDIS_URL": "unix:///nowhere",
            "DUCHA_DATA_KEYS_FILE": str(rings.file),
        }
        (tmp_path / "secrets").mkdir(mode=0o700)
        keep_settings(settings_file(tmp_path, "owner"), settings)
        return tmp_path

    def told(self, answer: subprocess.CompletedProcess[str]) -> str:
        assert "Traceback" not in answer.stderr
        return " ".join(answer.stdout.split())

    async def test_a_key_is_added_rotated_to_and_the_old_one_taken_away(
        self, committed: Committed, folder: Path, rings: Rings
    ) -> None:
        await stock(committed, 3)
        assert ducha(folder, "keys", "check").returncode == 0
        added = ducha(folder, "keys", "add", "--algorithm", "sm4-gcm")
        assert (added.returncode, "Key 2 was added" in self.told(added)) == (0, True)
        before = ducha(folder, "keys", "check")
        assert (before.returncode, "3 numbers and contacts must" in self.told(before)) == (1, True)
        rotated = ducha(folder, "keys", "rotate")
        assert rotated.returncode == 0
        assert "3 numbers and contacts encrypted anew" in self.told(rotated)
        assert "may be taken away" in self.told(rotated)
        rings.file.write_text(rings.file.read_text().splitlines()[0])
        assert ducha(folder, "keys", "check").returncode == 0
        rings.forget()
        assert await numbers(committed) == [telephone(each) for each in range(3)]

    async def test_who_took_a_key_away_too_early_is_told_whose_numbers_need_it(
        self, committed: Committed, folder: Path, rings: Rings
    ) -> None:
        await stock(committed, 1)
        rings.use(a_key(2))
        answer = ducha(folder, "keys", "check")
        assert answer.returncode == 1
        assert "missing" in self.told(answer)
        assert "unreadable: official" in self.told(answer)
        rotated = ducha(folder, "keys", "rotate")
        assert (rotated.returncode, "may be taken away" in self.told(rotated)) == (1, False)

    async def test_a_file_that_is_no_ring_is_told_plainly(self, folder: Path, rings: Rings) -> None:
        rings.file.write_text("1 rot13 00")
        answer = ducha(folder, "keys", "rotate")
        assert (answer.returncode, "Traceback" in answer.stderr) == (2, False)
        assert "rot13" not in answer.stderr
