"""The artist's will: pins, looks, own motion, sliders, comps; how a take is cut and met."""
