"""The bake road: a performance to a target's keyframes, in named stages. Plain arrays, no bpy."""
