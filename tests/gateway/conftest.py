"""A model, and real gateways in its care: one process a version for all tests, or one of a test's own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

import pytest

from tests.gateway.asking import Behind
from tests.rig.model import Model
from tests.rig.node import Unavailable
from tests.rig.openclaw import NEWEST, OLDEST, Gateway


@pytest.fixture(scope="session")
def model() -> Iterator[Model]:
    """Run the model server."""
    with Model() as server:
        yield server


@pytest.fixture(scope="session")
def gateway(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Run the newest gateway."""
    with running(NEWEST, tmp_path_factory.mktemp("gateway"), model) as process:
        yield process


@pytest.fixture(scope="session")
def old_gateway(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Run the oldest gateway we speak with."""
    with running(OLDEST, tmp_path_factory.mktemp("gateway"), model) as process:
        yield process


@pytest.fixture
def own_gateway(model: Model, tmp_path: Path) -> Iterator[Gateway]:
    """Run a newest gateway that the test may kill."""
    with running(NEWEST, tmp_path, model) as process:
        yield process


@pytest.fixture(params=[("gateway", "dev-anth"), ("old_gateway", "dev")], ids=["newest", "oldest"])
def either(request: pytest.FixtureRequest) -> Behind:
    """Run the test before the newest gateway and before the oldest."""
    fixture, agent = request.param
    return Behind(request.getfixturevalue(fixture), agent)


@pytest.fixture
def tag() -> str:
    """Return a word by which this test finds its calls in the model's log."""
    return uuid4().hex


@contextmanager
def running(version: str, home: Path, model: Model) -> Iterator[Gateway]:
    """Run a gateway; without Node or npm the test is skipped, or fails where a gateway is required."""
    try:
        process = Gateway(version, home, model_url=model.url)
    except Unavailable as exc:
        give_up(str(exc))
    try:
        process.start()
        yield process
    finally:
        process.stop()


def give_up(reason: str) -> NoReturn:
    """Skip, unless ``PROPACTOR_REQUIRE`` names ``gateway``: then fail."""
    if "gateway" in os.environ.get("PROPACTOR_REQUIRE", "").split(","):
        pytest.fail(reason)
    pytest.skip(reason)
