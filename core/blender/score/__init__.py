"""The score: strips of words, mouths, gestures, looks and turns in the Sequencer."""
