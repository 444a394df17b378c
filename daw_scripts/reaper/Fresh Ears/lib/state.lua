-- The whole state of the session, for `state.json`.

local chain = require("bus.chain")
local hazards = require("bus.hazards")
local identity = require("identity")
local mailbox = require("mailbox")
local sources = require("sources")
local wiring = require("bus.wiring")

local state = {}

local RENDERING = 0x40000000 -- EnumProjects: the project that is being rendered

local function transport(project)
  local bits = reaper.GetPlayStateEx(project)
  if bits & 4 ~= 0 then
    return "recording"
  elseif bits & 1 ~= 0 then
    return "playing"
  end
  return "stopped"
end

local function tabCount()
  local count = 0
  while count < 100 and reaper.EnumProjects(count) do
    count = count + 1
  end
  return count
end

-- Read the current project's path, name and pointer.
function state.project()
  local project, path = reaper.EnumProjects(-1)
  path = path or ""
  return project, path, path:match("([^/\\]+)%.[rR][pP][pP]$") or path:match("([^/\\]+)$") or ""
end

-- A cheap text that changes when the state would (the master chain included).
function state.fingerprint()
  local project, path = reaper.EnumProjects(-1)
  local track = reaper.GetMasterTrack(project)
  return table.concat({
    path or "", tostring(project), reaper.GetPlayStateEx(project), chain.fingerprint(project, track),
    wiring.fingerprint(project), hazards.fingerprint(project),
  }, "|")
end

-- Read everything.
function state.read()
  local project, path, name = state.project()
  local track = reaper.GetMasterTrack(project)
  local dirty = reaper.IsProjectDirty(project) ~= 0
  return {
    format = mailbox.FORMAT,
    scripts = mailbox.SCRIPTS,
    reaper = reaper.GetAppVersion(),
    project = {
      path = path,
      name = name,
      tracks = reaper.CountTracks(project),
      tabs = tabCount(),
      dirty = dirty,
      length_s = reaper.GetProjectLength(project),
      id = identity.of(project, path, dirty),
      sources = sources.files(project),
    },
    transport = transport(project),
    rendering = reaper.EnumProjects(RENDERING) ~= nil,
    master = {
      enabled = reaper.GetMediaTrackInfo_Value(track, "I_FXEN") ~= 0,
      fx = chain.master(track),
    },
    monitor = chain.monitor(track),
    wiring = wiring.now(project),
    buses = wiring.buses(project),
    hazards = hazards.all(project),
    render = hazards.render(project),
  }
end

return state
