"""The body's corpus, trainers and evaluation; not shipped in the extension."""
