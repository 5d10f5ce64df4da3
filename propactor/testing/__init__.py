"""Stand-ins for what propactor talks to: for tests, demos and people who develop without a gateway."""
