-- The export that every bounce of ours uses: the session range through the master bus, at the session's rate, 32-bit float
-- (a float file cannot clip, so what the mix bus really does is in it), nothing normalised.
local exportPreset = "6c1f7a52-5f3e-4d0b-9d55-70b8a1c0f232"
local exportPresetTail = "6c1f7a52-5f3e-4d0b-9d55-70b8a1c0f233" -- trims what is silent at the end
local tailWithoutBridge = 8 -- seconds; otherwise the bridge says it
local longestOwnName = 180 -- bytes; with the rest it stays below the 255 that file systems take

-- Where the session begins and ends, in samples; nil when it has no range or an empty one.
local function sessionRange ()
  local location = Session:locations ():session_range_location ()
  if not location then return nil end
  local first, last = location:start ():samples (), location:_end ():samples ()
  if last <= first then return nil end
  return first, last
end

-- True when something that is heard is placed after the end marker: then the person has put the end there, and it stays.
local function somethingAfter (last)
  for track in Session:get_tracks ():iter () do
    for region in track:to_track ():playlist ():region_list ():iter () do
      local stop = region:position ():samples () + region:length ():samples ()
      if stop > last and not track:muted () then return true end
    end
  end
  return false
end

local function exists (path)
  return ARDOUR.LuaAPI.file_test (path, ARDOUR.LuaAPI.FileTest.Exists)
end

-- Says what stands in the way of a bounce now, room correction on the bus for one; true when it is to be made.
local function mayBounce (reasons)
  if not reasons or #reasons == 0 then return true end
  local question = LuaDialog.Message ("Fresh Ears", wrap (table.concat (reasons, "\n"), 70)
    .. "\n\nBounce anyway?", LuaDialog.MessageType.Question, LuaDialog.ButtonType.Yes_No)
  return question:run () == LuaDialog.Response.Yes
end

local function isTaken (dir, name)
  return exists (dir .. "/" .. name .. ".wav")
end

-- A name for when the bridge gives none: the session's and the time, which the bridge reads as a bounce of that song.
local function ownName ()
  local song = Session:name ():gsub ('[%c<>:"/\\|?*]', "_")
  if #song > longestOwnName then song = song:sub (1, utf8.offset (song, 0, longestOwnName + 1) - 1) end
  return song .. " – bounce " .. os.date ("%Y-%m-%d %H.%M.%S")
end

-- Where to bounce, and the names of the bounce and of a print without the master bus: as the bridge says. A script names
-- one itself when no bridge answers, or when a file took the name meanwhile.
local function bouncePlan (panel)
  local dir = panel and panel.bounce_folder or ""
  if dir == "" or not exists (dir) then dir = Session:path () .. "/export" end
  local name, dry = panel and panel.bounce_name or "", panel and panel.dry_print_name or ""
  if name == "" or dry == "" or isTaken (dir, name) or isTaken (dir, dry) then
    name = ownName ()
    dry = name .. " (dry)"
  end
  return { dir = dir, name = name, dry = dry, tail = tonumber (panel and panel.bounce_tail_s) or tailWithoutBridge }
end

-- Writes one file; returns its path, or nil and a sentence.
local function export (name, plan)
  local first, last = sessionRange ()
  if not first then return nil, "The session has no range to export. Set its start and end markers first." end
  if Session:actively_recording () then return nil, "A recording is running. Stop it first." end
  local preset = exportPreset
  if not somethingAfter (last) then
    preset = exportPresetTail
    last = last + math.floor (plan.tail * Session:nominal_sample_rate ())
  end
  local path = plan.dir .. "/" .. name .. ".wav"
  if exists (path) then return nil, "There is already a file " .. path .. "." end
  if Session:transport_rolling () then Session:request_stop (false, false, ARDOUR.TransportRequestSource.TRS_UI) end
  local exporter = Session:simple_export () -- a new one each time: run twice, the same one writes empty files (7.3)
  if not exporter:check_outputs () then return nil, "The session has no master bus to export." end
  if not exporter:set_preset (preset) then
    return nil, "The export preset of Fresh Ears is missing. Run: freshears install ardour"
  end
  exporter:set_name (name)
  exporter:set_folder (plan.dir)
  exporter:set_range (first, last)
  if not exporter:run_export () or not exists (path) then
    return nil, "Ardour could not write " .. path .. ". Is the disk full, or the folder read-only?"
  end
  return path
end

-- Tells the bridge of a bounce. When none has answered, it is noted in a file that the bridge reads when it is there.
local function tellBounce (panel, path, name, kind, pair)
  local start = (sessionRange () or 0) / Session:nominal_sample_rate ()
  send ("bounced", "ssssssf", path, name, kind, pair, Session:path (), Session:name (), start)
  if panel then return end
  local file = io.open (folder .. "bounced.txt", "a")
  if not file then return end
  local values = { "bounced", path, name, kind, pair, Session:path (), Session:name (), ("%.6f"):format (start):gsub (",", ".") }
  for number = 1, 8 do values[number] = escape (values[number]) end
  file:write (table.concat (values, "\t", 1, 8) .. "\n")
  file:close ()
end
