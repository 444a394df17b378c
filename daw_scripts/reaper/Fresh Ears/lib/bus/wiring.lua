-- How the tracks are wired, what lies on them, and the tracks the bridge wants to know more of. Reads, judges nothing.
--
-- Read only when the project has changed, a few tracks a tick: about four calls for a track that goes to its folder or
-- the master, seven for one whose only way is a send; in a project of up to 64 tracks one more, for its mute.

local chain = require("bus.chain")
local json = require("json")

local wiring = {}

local MAX_TRACKS = 2000
local TRACKS_A_TICK = 25
local AGAIN_S = 2 -- while somebody edits, the project changes all the time
local MAX_WATCHED = 16
local FEW_TRACKS = 40 -- only in a project of few tracks a file as long as a song tells what the project is for
local LONG_S = 60
local MOST_FOR_MUTES = 64 -- one call a track more, in projects where that is little

local reading -- what is being read now
local known = { project = "", key = "", text = "", tracks = json.array({}) }
local watched = { project = "", key = "", tracks = {} }
local serial = 0

-- Where a track's sound goes by sends: to which track (as text, numbered at the end), into which of its channels.
local function sendsOf(track)
  local count = reaper.GetTrackNumSends(track, 0)
  local list = json.array({})
  for send = 0, math.min(count, MAX_TRACKS) - 1 do
    if reaper.GetTrackSendInfo_Value(track, 0, send, "I_SRCCHAN") >= 0 then -- below: MIDI alone
      local entry = { to = tostring(reaper.GetTrackSendInfo_Value(track, 0, send, "P_DESTTRACK")) }
      if count > 1 then
        entry.channel = math.floor(reaper.GetTrackSendInfo_Value(track, 0, send, "I_DSTCHAN"))
      end
      list[#list + 1] = entry
    end
  end
  return list
end

-- The one file on a track, when it is as long as a song.
local function longFile(track)
  local item = reaper.GetTrackMediaItem(track, 0)
  local length = item and reaper.GetMediaItemInfo_Value(item, "D_LENGTH") or 0
  local take = length >= LONG_S and reaper.GetActiveTake(item)
  local source = take and reaper.GetMediaItemTake_Source(take)
  if not source then
    return nil
  end
  return {
    file = reaper.GetMediaSourceFileName(source),
    start_s = reaper.GetMediaItemInfo_Value(item, "D_POSITION"),
    length_s = length,
  }
end

local function addTrack(project, at)
  local track = reaper.GetTrack(project, at)
  if not track then
    return
  end
  local items = reaper.CountTrackMediaItems(track)
  local entry = {
    folder = math.floor(reaper.GetMediaTrackInfo_Value(track, "I_FOLDERDEPTH")),
    main = reaper.GetMediaTrackInfo_Value(track, "B_MAINSEND") ~= 0,
    holds = items > 0 and "items" or "",
  }
  if items == 0 and entry.folder <= 0 and reaper.TrackFX_GetInstrument(track) >= 0 then
    entry.holds = "instrument"
  end
  reading.isBare = reading.isBare and entry.holds == ""
  if not entry.main then
    entry.sends = sendsOf(track)
  end
  if not entry.sends or #entry.sends == 0 then
    entry.hardware = not entry.main and reaper.GetTrackNumSends(track, 1) > 0 or nil
    if reading.depth == 0 then -- only names of what leaves by itself can matter
      local _, name = reaper.GetTrackName(track)
      entry.name = name
    end
  end
  if items == 1 and reading.depth == 0 and reading.count <= FEW_TRACKS then
    entry.long = longFile(track)
  end
  local hasMute = reading.count <= MOST_FOR_MUTES and (items > 0 or entry.folder > 0)
  if hasMute and reaper.GetMediaTrackInfo_Value(track, "B_MUTE") ~= 0 then
    local _, name = reaper.GetTrackName(track)
    entry.muted = name ~= "" and name or "(no name)"
  end
  reading.depth = math.max(0, reading.depth + entry.folder)
  reading.places[tostring(track)] = at
  reading.tracks[#reading.tracks + 1] = entry
end

-- In a project in which nothing stands yet, the tracks that others feed are those that will stay empty.
local function noteFed()
  for at, entry in ipairs(reading.tracks) do
    local track = reaper.GetTrack(reading.of, at - 1)
    entry.fed = track ~= nil and reaper.GetTrackNumSends(track, -1) > 0 or nil
  end
end

local function finish()
  if reading.isBare then
    noteFed()
  end
  for _, entry in ipairs(reading.tracks) do
    for _, send in ipairs(entry.sends or {}) do
      send.to = reading.places[send.to] or -1
    end
  end
  local text = json.encode(reading.tracks)
  if text ~= known.text or reading.project ~= known.project then
    serial = serial + 1
    known = { text = text, tracks = reading.tracks, key = string.format("%d.%d", os.time(), serial) }
  end
  known.project, known.changes, known.at = reading.project, reading.changes, reading.began
  reading = nil
end

-- Begin to read the project in front when it is another one or has changed.
function wiring.look(now)
  local project = reaper.EnumProjects(-1)
  local name = tostring(project)
  if reading and reading.project == name then
    return
  end
  local changes = reaper.GetProjectStateChangeCount(project)
  if known.project == name and (changes == known.changes or now < known.at + AGAIN_S) then
    return
  end
  local count = reaper.CountTracks(project)
  reading = {
    of = project, project = name, changes = changes, began = now, count = count <= MAX_TRACKS and count or 0, at = 0,
    depth = 0, tracks = json.array({}), places = {}, isBare = true,
  }
end

-- Go on reading, if there is anything to read; returns true when the wiring turned out to be another one.
function wiring.step()
  if not reading then
    return false
  end
  if tostring(reaper.EnumProjects(-1)) ~= reading.project then
    reading = nil
    return false
  end
  local key, last = known.key, math.min(reading.at + TRACKS_A_TICK, reading.count)
  for at = reading.at, last - 1 do
    addTrack(reading.of, at)
  end
  reading.at = last
  if last >= reading.count then
    finish()
  end
  return known.key ~= key
end

-- The wiring of the project in front, for the state; nil while it is not read yet.
function wiring.now(project)
  if known.project == tostring(project) and known.key ~= "" then
    return { key = known.key, tracks = known.tracks }
  end
  return nil
end

-- Take the bridge's answer: the numbers (from 1) of the tracks everything passes through. Returns true when it is new.
function wiring.answer(project, key, numbers)
  if key ~= known.key or known.project ~= tostring(project) or watched.key == key then
    return false
  end
  local tracks = {}
  for _, text in ipairs(numbers) do
    local number = math.tointeger(tonumber(text))
    local track = number and #tracks < MAX_WATCHED and reaper.GetTrack(project, number - 1)
    if track then
      tracks[#tracks + 1] = track
    end
  end
  watched = { project = known.project, key = key, tracks = tracks }
  return true
end

-- The tracks that are watched and still there.
local function present(project)
  local list = {}
  if watched.project == tostring(project) then
    for _, track in ipairs(watched.tracks) do
      if reaper.ValidatePtr2(project, track, "MediaTrack*") then
        list[#list + 1] = track
      end
    end
  end
  return list
end

-- What stands on the watched tracks, in the order of the flow.
function wiring.buses(project)
  local list = json.array({})
  for _, track in ipairs(present(project)) do
    local _, name = reaper.GetTrackName(track)
    list[#list + 1] = {
      id = reaper.GetTrackGUID(track),
      name = name,
      enabled = reaper.GetMediaTrackInfo_Value(track, "I_FXEN") ~= 0,
      fx = chain.master(track),
    }
  end
  return list
end

-- A cheap text that changes when anything at the top of a watched chain does.
function wiring.fingerprint(project)
  local parts = { known.key, watched.key }
  for _, track in ipairs(present(project)) do
    parts[#parts + 1] = chain.switches(track)
  end
  return table.concat(parts, "|")
end

return wiring
