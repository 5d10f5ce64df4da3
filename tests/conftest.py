"""What holds for all tests."""

from hypothesis import settings

# A busy machine is no defect: how long an example takes is measured by commands, never judged here.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
