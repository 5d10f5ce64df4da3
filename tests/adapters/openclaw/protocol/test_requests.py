"""The frames we send are the ones recorded gateways took."""

import json
import re

from propactor.adapters.openclaw.protocol import requests
from tests.adapters.openclaw.recordings import lines, runs


def test_connect() -> None:
    """The handshake is the one all recorded gateways accepted, but for our own version and platform."""
    sent = next(line["frame"]["params"] for line in lines("2026.9.6-success") if line["dir"] == "out")
    ours = requests.connect("TEST-TOKEN")

    for params in (sent, ours):
        params = {**params, "client": {k: v for k, v in params["client"].items() if k in ("id", "mode")}}
        assert params["client"] == {"id": "gateway-client", "mode": "backend"}
        assert (params["minProtocol"], params["maxProtocol"]) == (3, 4)
        assert params["auth"] == {"token": "TEST-TOKEN"}
    assert ours.keys() <= sent.keys() | {"caps"}
    assert ours["client"].keys() == sent["client"].keys()


def test_agent() -> None:
    """A run is asked for with keys every version knows; an unknown one would be refused."""
    known = set(runs("2026.9.6-success")[0].request["params"]) | {"extraSystemPrompt"}

    params = requests.agent(
        message="m",
        agent_id="dev",
        session_key="agent:dev:x",
        run_id="r",
        timeout=5,
        thinking=None,
        system="s",
    )

    assert params.keys() <= known
    assert "thinking" not in params


def test_session_key() -> None:
    """A session's name has its agent and its job in lower case, as gateways keep it."""
    assert requests.session_key("Dev", "GEN_1") == "agent:dev:gen_1"


def test_request() -> None:
    """A request is one frame with exactly the four keys gateways allow."""
    frame = json.loads(requests.request("p1", "agent.wait", {"runId": "r"}))

    assert frame == {"type": "req", "id": "p1", "method": "agent.wait", "params": {"runId": "r"}}


def test_abort_is_as_recorded() -> None:
    """The requests that stop a run are shaped like those recorded gateways answered."""
    frames = [line["frame"] for line in lines("2026.2.9-abort") if line["dir"] == "out"]
    by_method = {frame["method"]: frame["params"] for frame in frames}
    key, run_id = by_method["chat.abort"]["sessionKey"], by_method["chat.abort"]["runId"]

    assert requests.chat_abort(key, run_id) == by_method["chat.abort"]
    assert requests.session_delete(key) == by_method["sessions.delete"]
    assert re.fullmatch(r"agent:dev:abort-\w+", requests.session_key("dev", key.split(":")[2]))
