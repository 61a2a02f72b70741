"""Pages of the Desk: they read everything and own no rule."""
