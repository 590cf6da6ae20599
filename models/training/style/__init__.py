"""The table of the neutral way of moving, and what learned styles change, measured."""
