-- Small memory shared by the scripts of one running REAPER: what the panel should say, which page it is on.

local speech = require("speech")

local session = {}

local SECTION = "FreshEars"
local PANEL_ALIVE_S = 3
local PRESS_AGAIN_S = 20

function session.get(key)
  return reaper.GetExtState(SECTION, key)
end

function session.set(key, value)
  reaper.SetExtState(SECTION, key, value, false)
end

-- What names this run of REAPER; every script of it says the same.
function session.run()
  local run = session.get("run")
  if run == "" then
    run = string.format("%08x%06x", os.time(), math.floor(reaper.time_precise() * 1000) % 0x1000000)
    session.set("run", run)
  end
  return run
end

-- Whether the panel is on the screen.
function session.panelOpen()
  local at = tonumber(session.get("panel_at"))
  return at ~= nil and math.abs(reaper.time_precise() - at) < PANEL_ALIVE_S
end

function session.panelSeen()
  session.set("panel_at", string.format("%.3f", reaper.time_precise()))
end

-- The number of one of our actions: by the name the installer gave it, or by adding the script to the action list
-- (that is how it is found when ReaPack installed it). 0 when REAPER does not take it.
function session.command(name)
  local known = math.tointeger(tonumber(session.get("command_" .. name)))
  if known then
    return known
  end
  local command = reaper.NamedCommandLookup("_FRESHEARS_" .. name:upper())
  if command == 0 then
    local here = package.path:match("^(.-)lib/%?%.lua")
    command = here and reaper.AddRemoveReaScript(true, 0, here .. "freshears_" .. name .. ".lua", true) or 0
  end
  session.set("command_" .. name, tostring(command))
  return command
end

-- Open the panel, if its action is known to REAPER. Returns whether it is open or opening.
function session.openPanel()
  if session.panelOpen() then
    return true
  end
  local command = session.command("panel")
  if command == 0 then
    return false
  end
  reaper.Main_OnCommandEx(command, 0, 0)
  return true
end

-- Say one thing to the person: in the panel when it is (or was) open, in REAPER's console otherwise. Never a question.
function session.say(text, inPanel)
  session.set("message", text)
  speech.say(text)
  if not (inPanel or session.panelOpen()) then
    reaper.ShowConsoleMsg("!SHOW:Fresh Ears: " .. text .. "\n")
  end
end

-- True when the same thing was asked a moment ago: "press again to do it anyway".
function session.pressedAgain(what)
  local at = tonumber(session.get("again_" .. what))
  local now = reaper.time_precise()
  local again = at ~= nil and now - at < PRESS_AGAIN_S
  session.set("again_" .. what, again and "" or string.format("%.3f", now))
  return again
end

return session
