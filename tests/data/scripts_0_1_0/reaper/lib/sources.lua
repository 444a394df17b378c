-- Which sound files a small project plays. Reads, judges nothing.
--
-- Only a project of a few tracks is looked at, and only when it has changed: about seven calls per item then.

local json = require("json")

local sources = {}

local MAX_TRACKS = 8
local MAX_ITEMS = 64 -- one file cut into pieces
local MAX_FILES = 8 -- the bridge has no use for more
local MAX_PARENTS = 8 -- a section of a reversed section of …

local seen = { key = "", files = json.array({}) }

-- The file a take plays; "" when no file holds it (MIDI, an effect's own source).
local function fileOf(take)
  local source = reaper.GetMediaItemTake_Source(take)
  for _ = 1, MAX_PARENTS do
    local parent = source and reaper.GetMediaSourceParent(source)
    if not parent then
      break
    end
    source = parent
  end
  return source and reaper.GetMediaSourceFileName(source) or ""
end

local function read(project)
  local files, known = json.array({}), {}
  if reaper.CountTracks(project) > MAX_TRACKS then
    return files
  end
  local count = reaper.CountMediaItems(project)
  if count > MAX_ITEMS then
    return files
  end
  for index = 0, count - 1 do
    local item = reaper.GetMediaItem(project, index)
    local take = item and reaper.GetActiveTake(item)
    if take then
      local file = fileOf(take)
      if file == "" or (not known[file] and #files >= MAX_FILES) then
        return json.array({}) -- what no file holds was made here; a long list says nothing
      end
      if not known[file] then
        known[file] = true
        files[#files + 1] = file
      end
    end
  end
  return files
end

-- The files of a project, each once; none when it plays anything else, or more than a few.
function sources.files(project)
  local key = tostring(project) .. " " .. reaper.GetProjectStateChangeCount(project)
  if key ~= seen.key then
    seen = { key = key, files = read(project) }
  end
  return seen.files
end

return sources
