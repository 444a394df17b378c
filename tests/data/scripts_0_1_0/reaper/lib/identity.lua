-- What tells open projects apart while REAPER runs: an unsaved one has neither a path nor a name.

local session = require("session")

local identity = {}

local tabs = {} -- by tab: how many projects it has held, the path and whether unsaved work was there at the last look

-- REAPER keeps a tab's pointer when another project is opened in it. A new project has come when the path went away,
-- or when an unsaved project that was edited is so no longer: it cannot have been saved without a path.
function identity.of(project, path, dirty)
  local pointer = tostring(project)
  local tab = tabs[pointer] or { held = 1, path = path, dirty = dirty }
  if path == "" and (tab.path ~= "" or (tab.dirty and not dirty)) then
    tab.held = tab.held + 1
  end
  tab.path, tab.dirty = path, dirty
  tabs[pointer] = tab
  return session.run() .. " " .. pointer .. " " .. tab.held
end

return identity
