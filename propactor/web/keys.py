"""What handlers find in the application, by name."""

from aiohttp import web

from propactor.actors.supervisor import Supervisor
from propactor.metrics import Metrics
from propactor.settings import Settings
from propactor.web.idempotency import Idempotency
from propactor.web.upstreams import Upstreams

SETTINGS = web.AppKey("settings", Settings)
SUPERVISOR = web.AppKey("supervisor", Supervisor)
METRICS = web.AppKey("metrics", Metrics)
UPSTREAMS = web.AppKey("upstreams", Upstreams)
IDEMPOTENCY = web.AppKey("idempotency", Idempotency)
