"""Signal processing of Fresh Ears: arrays in, arrays or frozen results out.

Conventions, everywhere in this package:

- audio is float, C-contiguous, shape ``(frames, channels)``, full scale 1.0;
- functions never write into their input and know no files, clocks, threads or globals;
- long signals are processed block by block through explicit state objects, and the
  result does not depend on how the signal was cut into blocks;
- levels of silence are ``-inf``, never NaN; names carry their unit last.
"""
