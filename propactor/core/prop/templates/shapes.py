"""Every shape the generator knows, by its noun."""

from collections.abc import Mapping

from propactor.core.prop.templates.adventure import ADVENTURE
from propactor.core.prop.templates.home import HOME
from propactor.core.prop.templates.machines import MACHINES
from propactor.core.prop.templates.nature import NATURE
from propactor.core.prop.templates.outdoors import OUTDOORS
from propactor.core.prop.templates.pieces import Shape

SHAPES: Mapping[str, Shape] = {**NATURE, **HOME, **ADVENTURE, **OUTDOORS, **MACHINES}
