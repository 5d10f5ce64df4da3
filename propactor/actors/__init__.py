"""Mailboxes, journals and the actors that own a generation's state."""
