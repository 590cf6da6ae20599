"""Two people talking: whose voice is heard when, who has the turn, and how a listener and a speaker behave."""
