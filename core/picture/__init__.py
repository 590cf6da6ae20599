"""A picture that talks: marks of its face, a plate of its skin, and a mesh with shapes; plain arrays."""
