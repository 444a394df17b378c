-- @description Fresh Ears: mark faults
-- @version 0.1.0
-- @author Fresh Ears
-- @noindex
-- @about
--   Marks the faults of the last bounce on the time line; again removes them.
--   Needs the Fresh Ears bridge, a program beside REAPER: uv tool install fresh-ears
-- @changelog
--   First version.

local here = ({ reaper.get_action_context() })[2]:match("^(.*[/\\])")
package.path = here .. "lib/?.lua;" .. package.path

reaper.defer(function() end) -- REAPER adds an undo point after a script that never defers
require("actions").run("markers")
