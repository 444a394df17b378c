"""How good our masters are: our limiter beside others at equal loudness."""
