"""The takes of a character: kept in the .blend, listed, shown, and how they lie in time."""
