import asyncio
import os
from pathlib import Path

import pytest
from arq import create_pool
from arq.connections import RedisSettings
from redis import Redis

from deploy.valkey import EmbeddedValkey


async def ring(settings: RedisSettings) -> None:
    pool = await create_pool(settings)
    assert await pool.enqueue_job("deliver")
    await pool.aclose()


@pytest.mark.parametrize("name", ["valkey", "深" * 40])
def test_arq_and_redis_reach_it_through_a_private_socket(tmp_path: Path, name: str) -> None:
    with EmbeddedValkey(tmp_path / name) as url:
        settings = RedisSettings.from_dsn(url)
        assert settings.unix_socket_path
        assert Path(settings.unix_socket_path).parent.stat().st_mode & 0o777 == 0o700
        with Redis.from_url(url) as client:
            assert client.set("key", "值")
            assert client.config_get("port") == {"port": "0"}
        asyncio.run(ring(settings))
    assert not Path(settings.unix_socket_path).exists()


def test_it_starts_again_after_a_kill_and_has_kept_nothing(tmp_path: Path) -> None:
    valkey = EmbeddedValkey(tmp_path)
    try:
        with Redis.from_url(valkey.start()) as client:
            client.set("key", "value")
        assert valkey.server
        assert valkey.server.pid
        os.kill(valkey.server.pid, 9)
        valkey.stop()
        with Redis.from_url(valkey.start()) as client:
            assert client.get("key") is None
    finally:
        valkey.stop()
