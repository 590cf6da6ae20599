"""Characters: who is one, what its rig and its faces are, its mapping, and the bodies that Orator builds."""
