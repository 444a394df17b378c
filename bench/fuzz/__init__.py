"""Mutated input for everything that reads what others write; a lane a module."""
