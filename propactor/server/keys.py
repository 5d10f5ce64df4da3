"""The keys under which handlers find the parts of the application."""

from aiohttp import web

from propactor.actors.supervisor import Supervisor
from propactor.actors.upstreams import Upstreams
from propactor.metrics import Metrics
from propactor.server.idempotency import Idempotency
from propactor.server.pump import WriteBatch
from propactor.settings import Settings

SETTINGS = web.AppKey("settings", Settings)
SUPERVISOR = web.AppKey("supervisor", Supervisor)
METRICS = web.AppKey("metrics", Metrics)
UPSTREAMS = web.AppKey("upstreams", Upstreams)
WRITE_BATCH = web.AppKey("write_batch", WriteBatch)
IDEMPOTENCY = web.AppKey("idempotency", Idempotency)
