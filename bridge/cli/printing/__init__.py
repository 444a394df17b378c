"""What leaves the program for people and other programs: safe to show, in any encoding, never in the way of work."""
