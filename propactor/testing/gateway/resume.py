"""What gateways of today do after they were killed: they begin anew what was interrupted, by themselves."""

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from propactor.testing.gateway.run import Run

if TYPE_CHECKING:
    from propactor.testing.gateway.server import FakeGateway

PROMPT = (
    "[System] Your previous turn was interrupted by a gateway restart while OpenClaw was waiting on"
    " tool/model work. Continue from the existing transcript."
)


def resume(gateway: "FakeGateway", interrupted: Run) -> None:
    """Begin a run anew under another name: what the model was about to say it says from the start."""
    order = replace(interrupted.order, run_id=str(uuid.uuid4()), message=PROMPT, internal=True)
    run = gateway.runs[order.run_id] = Run(gateway, interrupted.session, order, interrupted.left)
    run.session.runs.append(run)
    run.start()
    gateway.changed()
