"""From a model's text to a prop, and from a prop to a component: parsing, checking, writing, templates."""
