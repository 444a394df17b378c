-- @description Fresh Ears: bounce for mastering
-- @version 0.1.0
-- @author Fresh Ears
-- @noindex
-- @about
--   Renders the whole project for mastering and puts every render setting back.
--   Needs the Fresh Ears bridge, a program beside REAPER: uv tool install fresh-ears
-- @changelog
--   First version.

local here = ({ reaper.get_action_context() })[2]:match("^(.*[/\\])")
package.path = here .. "lib/?.lua;" .. package.path

reaper.defer(function() end) -- REAPER adds an undo point after a script that never defers
require("actions").run("bounce")
