"""Fresh Ears: the bridge that sits beside a DAW and keeps mixing and mastering apart."""

__version__ = "0.1.0"
