"""The gateway's protocol as plain functions of what is sent and received: no I/O, no clock, no tasks.

Here belongs what would be the same over any line: requests, what a gateway can do, what its events and stored
messages tell, and how a run ended.
"""
