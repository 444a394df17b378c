ardour { ["type"] = "EditorHook", name = "test driver" }

-- Runs what a test writes into a file, inside Ardour, as the person's hands would; the answer goes into another file.
function signals ()
  local set = LuaSignal.Set ()
  set:add ({ [LuaSignal.LuaTimerDS] = true })
  return set
end

function factory ()
  local folder = ARDOUR.user_config_directory (-1) .. "/driver/"
  local busy = false
  return function ()
    if busy then return end
    local file = io.open (folder .. "in.lua", "r")
    if not file then return end
    local text = file:read ("a")
    file:close ()
    os.remove (folder .. "in.lua")
    busy = true
    local chunk, problem = load (text)
    local ok, result = false, problem
    if chunk then ok, result = pcall (chunk) end
    busy = false
    local out = io.open (folder .. "out.tmp", "w")
    out:write ((ok and "ok " or "error ") .. tostring (result))
    out:close ()
    os.rename (folder .. "out.tmp", folder .. "out.txt")
  end
end
