-- @description Fresh Ears: watch
-- @version 0.1.0
-- @author Fresh Ears
-- @about
--   Runs in the background and tells the bridge what stands on the master bus.
--   Needs the Fresh Ears bridge, a program beside REAPER: uv tool install fresh-ears
-- @changelog
--   First version.
-- @provides
--   [main] freshears_*.lua
--   [nomain] lib/*.lua
--   [nomain] lib/bus/*.lua
--   [nomain] lib/panel/*.lua

local here = ({ reaper.get_action_context() })[2]:match("^(.*[/\\])")
package.path = here .. "lib/?.lua;" .. package.path

local watcher = require("watcher")

if reaper.set_action_options then
  reaper.set_action_options(1) -- started again: the new one replaces the old one
end
watcher.start()
reaper.atexit(watcher.stop)

local function loop()
  watcher.tick()
  reaper.defer(loop)
end

loop()
