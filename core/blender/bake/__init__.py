"""From a performance to keys: the bake, sliders, follow-strip and comps."""
