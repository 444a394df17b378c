-- The strips that a dual print switches off: the master, and the tracks before it that everything passes through.

local bus = {}

local MASTER = "master"

local function withId(project, id)
  if id == MASTER then
    return reaper.GetMasterTrack(project)
  end
  for at = 0, reaper.CountTracks(project) - 1 do
    local track = reaper.GetTrack(project, at)
    if track and reaper.GetTrackGUID(track) == id then
      return track
    end
  end
  return nil
end

local function works(track)
  if reaper.GetMediaTrackInfo_Value(track, "I_FXEN") == 0 then
    return false
  end
  for fx = 0, reaper.TrackFX_GetCount(track) - 1 do
    if reaper.TrackFX_GetEnabled(track, fx) and not reaper.TrackFX_GetOffline(track, fx) then
      return true
    end
  end
  return false
end

-- The strips with anything at work on them, each with its id: those the bridge named, and the master.
function bus.working(project, ids)
  local list = {}
  for _, id in ipairs(ids) do
    local track = withId(project, id)
    if track and works(track) then
      list[#list + 1] = { id = id, track = track }
    end
  end
  local master = reaper.GetMasterTrack(project)
  if works(master) then
    list[#list + 1] = { id = MASTER, track = master }
  end
  return list
end

-- One text for a note that names these strips, and the strips of such a note that are switched off now.
function bus.note(strips)
  local ids = {}
  for at, strip in ipairs(strips) do
    ids[at] = strip.id
  end
  return table.concat(ids, " ")
end

function bus.leftOff(project, note)
  local list = {}
  for id in (note ~= "" and note or MASTER):gmatch("%S+") do -- an older note names none: it was the master's
    local track = withId(project, id)
    if track and reaper.GetMediaTrackInfo_Value(track, "I_FXEN") == 0 then
      list[#list + 1] = { id = id, track = track }
    end
  end
  return list
end

function bus.switch(strip, on)
  reaper.SetMediaTrackInfo_Value(strip.track, "I_FXEN", on and 1 or 0)
end

return bus
