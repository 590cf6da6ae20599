"""The only room besides operators and panels that imports bpy; docs/architecture.md says what each folder knows."""
