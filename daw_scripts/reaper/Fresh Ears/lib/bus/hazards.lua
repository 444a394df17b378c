-- What a bounce would catch beside what stands on the bus. Reads, judges nothing.

local json = require("json")

local hazards = {}

local TOGGLE_MONO = 40917 -- "Master track: Toggle stereo/mono (L+R)"
local MAX_MARKERS = 50
local asked, isThere = pcall(reaper.APIExists, "GetMasterMuteSoloFlags") -- deprecated: a REAPER to come may not have it
local TELLS_MASTER = asked and isThere
local TIME_SELECTION = 2 -- RENDER_BOUNDSFLAG
local NO_MATTER_S = 2 -- a selection that ends this little before the project is the whole song

-- A subproject is told by two markers of these names.
local function isSubproject(project)
  local found = {}
  for at = 0, MAX_MARKERS - 1 do
    local next, _, _, _, name = reaper.EnumProjectMarkers3(project, at)
    if next == 0 then
      break
    end
    found[name] = true
  end
  return (found["=START"] and found["=END"]) == true
end

-- Whether the render window would stop at the end of a time selection, well before the project does.
local function endsEarly(project)
  if reaper.GetSetProjectInfo(project, "RENDER_BOUNDSFLAG", 0, false) ~= TIME_SELECTION then
    return false
  end
  local first, last = reaper.GetSet_LoopTimeRange2(project, false, false, 0, 0, false)
  return last > first and last < reaper.GetProjectLength(project) - NO_MATTER_S
end

-- A cheap list.
function hazards.quick(project)
  local list = json.array({})
  if reaper.AnyTrackSolo(project) then
    list[#list + 1] = "solo"
  end
  if TELLS_MASTER and reaper.GetMasterMuteSoloFlags() & 1 ~= 0 then
    list[#list + 1] = "master-muted"
  end
  if reaper.GetToggleCommandStateEx(0, TOGGLE_MONO) == 1 then
    list[#list + 1] = "mono"
  end
  if math.abs(reaper.Master_GetPlayRate(project) - 1) > 1e-9 then
    list[#list + 1] = "play-rate"
  end
  return list
end

local seen = { project = "", looks = 0, text = "" }

-- A text that changes when the list does; looked at anew every other time.
function hazards.fingerprint(project)
  local name = tostring(project)
  seen.looks = seen.looks + 1
  if seen.looks % 2 == 1 or seen.project ~= name then
    seen.project, seen.text = name, table.concat(hazards.quick(project), " ")
  end
  return seen.text
end

-- The list with what only changes with the project.
function hazards.all(project)
  local list = hazards.quick(project)
  if isSubproject(project) then
    list[#list + 1] = "subproject"
  end
  if endsEarly(project) then
    list[#list + 1] = "render-selection"
  end
  return list
end

-- What REAPER's own render does to the sound afterwards, as its bits.
function hazards.render(project)
  return math.floor(reaper.GetSetProjectInfo(project, "RENDER_NORMALIZE", 0, false))
end

return hazards
