"""Blender itself, for every other folder here: its versions, our properties, curves, jobs, and sentences."""
