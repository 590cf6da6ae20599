"""Out of Blender: a stage for it, its exporters, and reading back what they wrote."""
