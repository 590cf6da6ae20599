"""What every model and every command shares: the protocol, the condition, progress, memory."""
