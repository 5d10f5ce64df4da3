"""The registry: a new upstream is a folder and one row, and the rest of the service finds it there."""

import json
from pathlib import Path
from typing import cast

import aiohttp
import pytest
from typer.testing import CliRunner

from propactor import registry
from propactor.cli.app import app
from propactor.core import jsontext
from propactor.core.events import Source, TextDelta
from propactor.core.recording import FrameClock, Recording, Tape, encode
from propactor.core.upstream import Emit, Finding, GenerationRequest, ProbeReport, Reply, Run
from propactor.metrics import Metrics
from propactor.recordings.library import read
from propactor.recordings.player import replaying
from propactor.recordings.recorder import Recorder
from propactor.registry import Built, Recorded, Row, check_order, configured
from propactor.server.local import local_server
from propactor.settings import Settings, SettingsError
from propactor.testing.lamp import code, parts
from propactor.testing.scripted import ScriptedUpstream, Step
from tests.cli.running import run
from tests.server.service import Service, service, text

FAKE = cast(Source, "fake")
ANSWER = f"{code()}\n{parts()}"


async def look(settings: Settings, timeout: float) -> ProbeReport:
    """Find that all is well, within the time that is given."""
    assert settings.upstream.order
    streams = (Finding("text", "yes", f"live, within {timeout:g} s"),)
    return ProbeReport({"version": "1"}, {"fake": "version 1"}, streams)


def tap(upstream: ScriptedUpstream, tape: Tape) -> None:
    """Take down that there is an upstream."""
    tape.write("in", "model", jsontext.dumps({"name": upstream.name}))


def play(recording: Recording, request: GenerationRequest, emit: Emit, _: FrameClock) -> Run:
    """Say what was recorded."""
    script: list[Step] = [TextDelta(f"{recording.frames[0].data['name']}: {ANSWER}", source="model"), Reply()]
    return ScriptedUpstream(script).begin(request, emit)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> ScriptedUpstream:
    """Add an upstream, as somebody does who has written one."""
    upstream = ScriptedUpstream([TextDelta(ANSWER, source=FAKE), Reply()], name="fake", source=FAKE)
    row = Row(
        name="fake",
        sources=(FAKE,),
        label="A fake",
        is_configured=lambda _: True,
        build=lambda *_: Built(upstream),
        probe=look,
        recorded=Recorded(tap, lambda frames, _: ({}, list(frames)), lambda recording: recording, play),
    )
    monkeypatch.setitem(registry.ROWS, row.name, row)
    return upstream


@pytest.mark.usefixtures("fake")
async def test_new_row_is_served() -> None:
    """An upstream with a row is asked in its place, offered, described, and counted under its source."""
    async with service(**{"upstream": {"order": ["fake"]}}) as served:
        heard = await served.read()
        _, offered = await served.get("models")
        _, ready = await served.get("/readyz")
        async with served.http.get(served.at("/metrics")) as answer:
            metrics = await answer.text()

    assert (heard[-2].event, heard[-2].data["method"]) == ("result", "ai")
    assert offered["models"][0] | {"name": "A fake", "upstream": "fake"} == offered["models"][0]
    assert {"name": "fake", "problem": None} in ready["upstreams"]
    assert 'propactor_events_total{source="fake",type="text_delta"} 1.0' in metrics
    assert 'propactor_fallbacks_total{code="GEN_TIMEOUT",to="fake"} 0.0' in metrics


@pytest.mark.usefixtures("fake")
def test_new_row_may_be_ordered() -> None:
    """An upstream with a row may be named in the order."""
    check_order(Settings.model_validate({"upstream": {"order": ["template", "fake"]}}))


@pytest.mark.usefixtures("fake")
def test_new_row_is_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`propactor check` looks at an upstream with a row, and tells what it has found."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("propactor.cli.check.log_to_stderr", str)  # the logging of tests stays as it is
    env = {"PROPACTOR_UPSTREAM__ORDER": '["fake"]', "COLUMNS": "100"}
    people = CliRunner().invoke(app, ["check", "--timeout", "3"], env=env)
    programs = CliRunner().invoke(app, ["check", "--json"], env=env)

    assert people.exit_code == 0
    assert "What this fake lets you see" in people.output
    assert "live, within 3 s" in people.output
    assert "version 1" in people.output
    told = json.loads(programs.output)
    assert (told["fake"]["version"], told["fake"]["streams"][0]["verdict"]) == ("1", "yes")


@pytest.mark.usefixtures("fake")
async def test_new_row_is_recorded(tmp_path: Path) -> None:
    """What an upstream with a row says is recorded under its name, and played by what the row names."""
    recorder, file = Recorder(), tmp_path / "x.jsonl"
    recorder.tap(configured(Settings(), Metrics()))
    recording = recorder.recording("A lamp", "A lamp", {})
    assert recording is not None
    file.write_bytes(b"".join(encode(recording)))

    settings, upstreams = replaying(Settings(), [read(file)], None)
    async with local_server(settings, upstreams) as url, aiohttp.ClientSession() as http:
        heard = await Service(url, None, http).read()  # type: ignore[arg-type]  # nobody looks into the application

    assert recording.header.upstream == "fake"
    assert text(heard).startswith("fake: ")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("modle", "no upstream 'modle'; did you mean 'model'? Known are openclaw, model, template."),
        ("gramophone", "no upstream 'gramophone'. Known are openclaw, model, template."),
    ],
)
async def test_misspelt_order(name: str, words: str) -> None:
    """A name without a row is refused where a service is made, and told with the names there are."""
    with pytest.raises(SettingsError, match=r"\[upstream\.order\]") as caught:
        async with service(**{"upstream": {"order": ["openclaw", name]}}):
            pass

    assert words in str(caught.value)


@pytest.mark.parametrize("command", [["check"], ["generate", "A lamp"], ["serve"], ["replay"]])
async def test_commands_refuse_misspelt_order(command: list[str], tmp_path: Path) -> None:
    """A command ends with 2 where the order names an upstream that doesn't exist, and says so in a line."""
    end = await run(*command, folder=tmp_path, env={"PROPACTOR_UPSTREAM__ORDER": '["modle"]'})

    assert end.code == 2
    assert end.err.startswith("propactor: [upstream.order] there is no upstream 'modle'; did you mean")
    assert end.err.count("\n") == 1


def test_names() -> None:
    """Each row has a name, under which it is found, and the default order names each of them."""
    assert [row.name for row in registry.ROWS.values()] == list(registry.ROWS)
    assert set(Settings().upstream.order) == set(registry.ROWS)
