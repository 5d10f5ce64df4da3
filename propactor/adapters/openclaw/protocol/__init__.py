"""The gateway's protocol as plain functions of what is sent and received: no I/O, no clock, no tasks."""
