"""The OpenClaw gateway as an upstream: how a run there is prepared, asked for, told, taken up again, stopped.

At the door is what a run does, from ``upstream`` down to ``session_history``. What is pure belongs into
``protocol``, what keeps the line open into ``connection``, what takes down or plays into ``recording``.
"""
