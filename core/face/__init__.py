"""Face layers that need no network: blinks and gaze, post controls."""
