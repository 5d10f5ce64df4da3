"""The gateway's configuration: one agent for each dialect of the fake model, nothing that leaves loopback."""

from collections.abc import Mapping
from pathlib import Path

from tests.rig.model import KEY

TOKEN = "rig-token"
CONCURRENT = 16
PRICE = {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0}


def config(*, model_url: str, workspace: Path, log: Path) -> Mapping[str, object]:
    """Return the object OpenClaw reads as ``openclaw.json``."""
    return {
        "logging": {"file": str(log), "level": "info"},
        "update": {"checkOnStart": False},
        "discovery": {"mdns": {"mode": "off"}},
        "models": {"mode": "replace", "providers": providers(model_url)},
        "agents": {"defaults": defaults(workspace), "list": agents(workspace)},
        "gateway": {
            "mode": "local",
            "bind": "loopback",
            "auth": {"mode": "token", "token": TOKEN},
            "controlUi": {"enabled": False},
            "tailscale": {"mode": "off"},
        },
    }


def providers(model_url: str) -> Mapping[str, object]:
    """Return the model server twice, once for each dialect."""
    return {
        "completions": provider("openai-completions", f"{model_url}/v1"),
        "messages": provider("anthropic-messages", model_url),
    }


def provider(api: str, url: str) -> Mapping[str, object]:
    """Return a provider with one model that thinks."""
    limits = {"contextWindow": 200_000, "maxTokens": 32_000}
    model = {"id": "rig", "name": "Rig", "reasoning": True, "input": ["text"], "cost": PRICE, **limits}
    return {"baseUrl": url, "apiKey": KEY, "api": api, "models": [model]}


def defaults(workspace: Path) -> Mapping[str, object]:
    """Return what the agents share. 2026.2.9 sends tool events only when verbose is full."""
    return {
        "model": {"primary": "completions/rig"},
        "workspace": str(workspace),
        "skipBootstrap": True,
        "thinkingDefault": "medium",
        "verboseDefault": "full",
        "maxConcurrent": CONCURRENT,
        "timeoutSeconds": 600,
        "heartbeat": {"every": "0m"},
    }


def agents(workspace: Path) -> list[Mapping[str, object]]:
    """Return ``dev`` on completions and ``dev-anth`` on messages."""
    return [
        {"id": "main", "default": True},
        {"id": "dev", "workspace": str(workspace)},
        {"id": "dev-anth", "workspace": str(workspace), "model": "messages/rig"},
    ]
