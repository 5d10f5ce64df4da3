"""What the tests run against: a real OpenClaw gateway and a model that says what it is told."""
