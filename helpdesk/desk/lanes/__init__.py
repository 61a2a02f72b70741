"""The Desk's lanes: what waits for somebody now, the earliest first, each row with its next step."""
