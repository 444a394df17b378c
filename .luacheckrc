-- Lua that runs inside REAPER (5.4, kept to the subset 5.3 shares) and Ardour (5.3).
std = "lua53"
max_line_length = 120
codes = true

files["daw_scripts/reaper"] = {
  read_globals = { "reaper" },
  globals = { "gfx" },
}
