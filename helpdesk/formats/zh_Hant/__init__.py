"""Chinese dates closed up, without noughts."""
