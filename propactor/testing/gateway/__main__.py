"""Run a fake gateway by hand: ``python -m propactor.testing.gateway --port 18789 --protocol 4``."""

import argparse
import asyncio
import contextlib

from propactor.testing.gateway.fake_gateway import TOKEN, FakeGateway


async def _run(port: int, protocol: int, token: str) -> None:
    async with FakeGateway(port=port, protocol=protocol, token=token) as gateway:
        print(f"{gateway.url} protocol {protocol} token {token}", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Run a fake gateway until it is interrupted."""
    parser = argparse.ArgumentParser(description="A fake OpenClaw gateway on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=18789)
    parser.add_argument("--protocol", type=int, choices=(3, 4), default=4)
    parser.add_argument("--token", default=TOKEN)
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(arguments.port, arguments.protocol, arguments.token))


if __name__ == "__main__":
    main()
