"""Every shape the generator knows, by its noun."""

from collections.abc import Mapping

from propactor.core.templates.adventure import ADVENTURE
from propactor.core.templates.home import HOME
from propactor.core.templates.machines import MACHINES
from propactor.core.templates.nature import NATURE
from propactor.core.templates.outdoors import OUTDOORS
from propactor.core.templates.pieces import Shape

SHAPES: Mapping[str, Shape] = {**NATURE, **HOME, **ADVENTURE, **OUTDOORS, **MACHINES}
