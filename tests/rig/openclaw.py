"""Runs a real OpenClaw gateway on loopback: installs it, starts it, kills it, starts it again."""

import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from websockets.exceptions import InvalidMessage, WebSocketException
from websockets.sync.client import connect

from tests.rig import node
from tests.rig.config import TOKEN, config
from tests.rig.install import install
from tests.support.gateway_client import connect_request

NEWEST = "2026.9.6"
OLDEST = "2026.2.9"
TIMEOUT = 180
"""Seconds from start to hello-ok: 5 to 30 here; a loaded machine with cold disks needs more."""
NOTES = "Wishes for the prop\n- fits on a desk\n- one warm light\n"
SWITCHES = {
    "OPENCLAW_DISABLE_BONJOUR": "1",
    "OPENCLAW_SKIP_CHANNELS": "1",
    "OPENCLAW_SKIP_GMAIL_WATCHER": "1",
    "OPENCLAW_SKIP_CRON": "1",
    "OPENCLAW_SKIP_CANVAS_HOST": "1",
    "OPENCLAW_SKIP_BROWSER_CONTROL_SERVER": "1",
    "OPENCLAW_NO_AUTO_UPDATE": "1",
    "OPENCLAW_NO_RESPAWN": "1",
    "OPENCLAW_EXEC_SHELL_SNAPSHOT": "0",
    "OPENCLAW_OFFLINE": "1",
    "OPENCLAW_ALLOW_MULTI_GATEWAY": "1",
    "OPENCLAW_TELEMETRY_ENDPOINT": "http://127.0.0.1:9/",
    "NODE_NO_WARNINGS": "1",
    "NO_COLOR": "1",
}
"""Everything off that a test doesn't need, and all that would look outside this machine."""


class Gateway:
    """One gateway process with a home of its own. Its methods block: async tests call them in a thread."""

    def __init__(self, version: str, home: Path, *, model_url: str) -> None:
        self.version = version
        self.token = TOKEN
        self.port = free_port()
        self._node = node.find()
        self._script = install(version, self._node)
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        self._furnish(model_url)

    @property
    def url(self) -> str:
        """Return the WebSocket address."""
        return f"ws://127.0.0.1:{self.port}"

    @property
    def state(self) -> Path:
        """Return the gateway's state folder, where transcripts are."""
        return self._home / ".openclaw"

    def start(self) -> None:
        """Start the process and wait until it takes a connection.

        Raises:
            RuntimeError: it ended, or said no hello in time; the message ends with its last words.
        """
        command = [
            str(self._node.binary),
            str(self._script),
            "gateway",
            f"--port={self.port}",
            "--bind=loopback",
        ]
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                command, cwd=self._workspace, env=self._environment(), stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        self._wait_for_hello()

    def stop(self) -> None:
        """Ask the process to end; after a while, make it. 2026.9.6 would first wait for its runs."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """Kill the process and whatever it started, without a word (SIGKILL)."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=10)
            self._process = None

    def restart(self) -> None:
        """Start again with the same port and state."""
        self.stop()
        self.start()

    @property
    def _workspace(self) -> Path:
        return self._home / "workspace"

    @property
    def _output(self) -> Path:
        return self._home / "output.log"

    def _furnish(self, model_url: str) -> None:
        for folder in (self.state, self._workspace, self._home / "tmp"):
            folder.mkdir(parents=True)
        (self._workspace / "notes.txt").write_text(NOTES)
        settings = config(model_url=model_url, workspace=self._workspace, log=self._home / "gateway.log")
        (self.state / "openclaw.json").write_text(json.dumps(settings, indent=2))

    def _environment(self) -> dict[str, str]:
        """Return a clean environment: no key, no proxy and no setting of the machine gets in."""
        return {
            "PATH": self._node.path,
            "LANG": "C.UTF-8",
            "HOME": str(self._home),
            "TMPDIR": str(self._home / "tmp"),
            "OPENCLAW_STATE_DIR": str(self.state),
            "OPENCLAW_CONFIG_PATH": str(self.state / "openclaw.json"),
            "OPENCLAW_GATEWAY_TOKEN": self.token,
            "OPENCLAW_GATEWAY_PORT": str(self.port),
            **SWITCHES,
        }

    def _wait_for_hello(self) -> None:
        deadline = time.monotonic() + TIMEOUT
        while not self._says_hello():
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"OpenClaw {self.version} said no hello:\n{self._output.read_text()[-2000:]}"
                )
            time.sleep(0.25)

    def _says_hello(self) -> bool:
        """Shake hands once; False while the port is closed, or the gateway asks to wait."""
        try:
            with connect(self.url, max_size=None, open_timeout=10) as socket_:
                socket_.send(json.dumps(connect_request(self.token)))
                frames = (json.loads(socket_.recv(timeout=10)) for _ in range(3))
                answer = next(frame for frame in frames if frame["type"] == "res")
        except (OSError, WebSocketException, InvalidMessage, StopIteration):
            return False
        return bool(answer["ok"])


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
