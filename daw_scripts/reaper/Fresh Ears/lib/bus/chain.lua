-- What stands on the master bus. Reads, judges nothing.

local json = require("json")

local chain = {}

local MONITOR = 0x1000000 -- REAPER's offset for monitoring FX, which belong to the master track
local MAX_FX = 512
local MAX_DEPTH = 16
-- Older REAPERs do not tell how wet an effect is.
local asked, isThere = pcall(reaper.APIExists, "TrackFX_GetParamFromIdent")
local KNOWS_IDENTS = asked and isThere

local function named(track, fx, key)
  local found, value = reaper.TrackFX_GetNamedConfigParm(track, fx, key)
  return found and value or ""
end

local function wetness(track, fx)
  if not KNOWS_IDENTS then
    return nil
  end
  local parameter = reaper.TrackFX_GetParamFromIdent(track, fx, ":wet")
  if parameter < 0 then
    return nil
  end
  return reaper.TrackFX_GetParamNormalized(track, fx, parameter)
end

local function originalName(track, fx)
  -- The maker's name, not the one the person may have given this instance.
  local name = named(track, fx, "fx_name")
  if name ~= "" then
    return name
  end
  local _, shown = reaper.TrackFX_GetFXName(track, fx)
  return shown
end

local function addFx(list, track, fx, path)
  if #list >= MAX_FX or #path > MAX_DEPTH then
    return
  end
  local renamed = named(track, fx, "renamed_name")
  local entry = {
    name = originalName(track, fx),
    renamed = renamed,
    kind = named(track, fx, "fx_type"),
    enabled = reaper.TrackFX_GetEnabled(track, fx),
    offline = reaper.TrackFX_GetOffline(track, fx),
    wet = wetness(track, fx),
    parallel = (tonumber(named(track, fx, "parallel")) or 0) > 0,
    id = reaper.TrackFX_GetFXGUID(track, fx) or "",
    container = json.array({ table.unpack(path) }),
  }
  list[#list + 1] = entry
  local count = math.min(tonumber(named(track, fx, "container_count")) or 0, MAX_FX)
  if count > 0 then
    local inner = { table.unpack(path) }
    inner[#inner + 1] = renamed ~= "" and renamed or entry.name
    for item = 0, count - 1 do
      local child = math.tointeger(tonumber(named(track, fx, "container_item." .. item)))
      if child then
        addFx(list, track, child, inner)
      end
    end
  end
end

-- Every effect on the master or another track, containers followed by what they hold.
function chain.master(track)
  local list = json.array({})
  for fx = 0, reaper.TrackFX_GetCount(track) - 1 do
    addFx(list, track, fx, {})
  end
  return list
end

-- Every monitoring effect.
function chain.monitor(track)
  local list = json.array({})
  for fx = 0, reaper.TrackFX_GetRecCount(track) - 1 do
    addFx(list, track, MONITOR + fx, {})
  end
  return list
end

-- A cheap text that changes when anything at the top of the chain does: two calls per effect.
function chain.fingerprint(project, track)
  return table.concat({
    reaper.GetProjectStateChangeCount(project), reaper.TrackFX_GetRecCount(track), chain.switches(track),
  }, " ")
end

-- The same for the chain of one track, without what changes with the whole project.
function chain.switches(track)
  local parts = { reaper.GetMediaTrackInfo_Value(track, "I_FXEN") }
  for fx = 0, reaper.TrackFX_GetCount(track) - 1 do
    parts[#parts + 1] = reaper.TrackFX_GetEnabled(track, fx) and "+" or "-"
    parts[#parts + 1] = reaper.TrackFX_GetOffline(track, fx) and "o" or "."
  end
  return table.concat(parts, " ")
end

return chain
