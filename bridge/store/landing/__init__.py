"""What comes in beside bounces: sets of stems, and questions about new songs."""
