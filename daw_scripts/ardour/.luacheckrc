-- For the scripts as they are installed, put together from their parts: `python -m tests.check_lua`.
std = "lua53"
max_line_length = 132
codes = true
-- Ardour's scripting environment (the class reference in its manual), and what a script has to define itself.
read_globals = {
  "ARDOUR", "C", "Editing", "Editor", "LuaDialog", "LuaSignal", "PBD", "Session", "Temporal", "ardour",
}
globals = { "factory", "signals", "FreshEarsOpen" }
-- A script takes a shared part whole; a description is one long string.
ignore = { "211/escape", "211/wrap", "211/writeNote", "211/send", "211/askPanel", "211/choiceField", "211/plainChoices", "211/say", "211/sayNoBridge", "211/complain",
  "211/offerRepair", "631" }
