"""The pure heart: no I/O, no clock, no tasks, no logging."""
