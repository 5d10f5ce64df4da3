"""A fake OpenClaw gateway: the real protocol over a real socket, with runs that follow a script."""

from propactor.testing.gateway.fake_gateway import TOKEN, FakeGateway

__all__ = ["TOKEN", "FakeGateway"]
