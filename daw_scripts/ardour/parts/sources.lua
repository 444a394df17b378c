-- The sound files a session plays, said only when they are few: then it may be a session that masters a bounce.
local mostFiles = 8 -- more are a mix; nobody needs their names
local mostRegions = 200 -- looked at once a second, so a session cut into more pieces than this is left alone

-- Adds the files of one region; a region of more channels has one for each.
local function addFiles (region, seen, files)
  if region:muted () or region:to_audioregion ():isnil () then return end
  for source in region:master_sources ():iter () do
    local file = source:to_filesource ()
    local path = file:isnil () and "" or file:path ()
    if path ~= "" and not seen[path] then
      seen[path] = true
      files[#files + 1] = path
    end
  end
end

-- Returns the files of all tracks that are heard; empty when there are more than a few.
local function filesPlayed ()
  local tracks, seen, files, regions = Session:get_tracks (), {}, {}, 0
  if tracks:size () > mostFiles then return {} end
  for route in tracks:iter () do
    if not route:muted () then
      for region in route:to_track ():playlist ():region_list ():iter () do
        regions = regions + 1
        if regions > mostRegions or #files > mostFiles then return {} end
        addFiles (region, seen, files)
      end
    end
  end
  return #files > mostFiles and {} or files
end
