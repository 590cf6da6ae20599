"""Training and judging of the guided model: real and acted motion, the in-between diffusion."""
