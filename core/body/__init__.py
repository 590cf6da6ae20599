"""The body without networks: accents of speech, the leg solve, joint limits, and the measures of a performance."""
