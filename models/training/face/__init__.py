"""The face corpus, its trainers and its evaluation. Not shipped in the extension."""
