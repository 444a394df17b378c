-- @description Fresh Ears: master this
-- @version 0.1.0
-- @author Fresh Ears
-- @noindex
-- @about
--   Opens the panel and asks what the master must protect and where it will be heard.
--   Needs the Fresh Ears bridge, a program beside REAPER: uv tool install fresh-ears
-- @changelog
--   First version.

local here = ({ reaper.get_action_context() })[2]:match("^(.*[/\\])")
package.path = here .. "lib/?.lua;" .. package.path

local session = require("session")

reaper.defer(function() end) -- REAPER adds an undo point after a script that never defers
session.set("page", "master")
if not session.openPanel() then
  require("actions").run("master")
end
