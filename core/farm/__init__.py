"""Batch lines on render farms: the bundle, each line's result, and job descriptions for engines that studios have."""
