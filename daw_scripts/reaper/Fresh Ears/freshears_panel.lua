-- @description Fresh Ears: panel
-- @version 0.1.0
-- @author Fresh Ears
-- @noindex
-- @about
--   Shows the mode, warnings with their answers, the last bounce's verdict and the actions.
--   Needs the Fresh Ears bridge, a program beside REAPER: uv tool install fresh-ears
-- @changelog
--   First version.

local here = ({ reaper.get_action_context() })[2]:match("^(.*[/\\])")
package.path = here .. "lib/?.lua;" .. package.path

local panel = require("panel.panel")

if reaper.set_action_options then
  reaper.set_action_options(1) -- started again: the new one replaces the old one
end
panel.start()
reaper.atexit(panel.stop)

local function loop()
  if panel.tick() then
    reaper.defer(loop)
  end
end

loop()
