"""The processes that benchmarks start, so that what is measured is not what measures."""
