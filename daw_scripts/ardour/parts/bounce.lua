-- The export that every bounce of ours uses: the session range through the master bus, at the session's rate, 32-bit float
-- (a float file cannot clip, so what the mix bus really does is in it), nothing normalised.
local exportPreset = "6c1f7a52-5f3e-4d0b-9d55-70b8a1c0f232"
local longestTailSeconds = 12 -- ours: longer than most halls ring; silence at the end is trimmed by the export format
local exportPresetTail = "6c1f7a52-5f3e-4d0b-9d55-70b8a1c0f233"

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

-- The first "Song – mix N" that no file in the folder has.
local function freeName (song, dir, number)
  while true do
    local name = song .. " – mix " .. number
    if not (exists (dir .. "/" .. name .. ".wav") or exists (dir .. "/" .. name .. " (dry).wav")) then return name end
    number = number + 1
  end
end

-- Says what stands in the way of a bounce now, room correction on the bus for one; true when it is to be made.
local function mayBounce (board)
  if not board or #board.beforeBounce == 0 then return true end
  local question = LuaDialog.Message ("Fresh Ears", wrap (table.concat (board.beforeBounce, "\n"), 70)
    .. "\n\nBounce anyway?", LuaDialog.MessageType.Question, LuaDialog.ButtonType.Yes_No)
  return question:run () == LuaDialog.Response.Yes
end

local function bounceFolder (board)
  local dir = board and board.bounce_folder or ""
  if dir ~= "" and exists (dir) then return dir end
  return Session:path () .. "/export"
end

local function bounceName (board)
  local song = board and board.song or ""
  if song == "" then song = Session:name () end
  local number = math.tointeger (tonumber (board and board.next_mix or 1)) or 1
  return freeName (song:gsub ("[/\\:]", "-"), bounceFolder (board), number)
end

-- Writes one file; returns its path, or nil and a sentence.
local function export (name, dir)
  local first, last = sessionRange ()
  if not first then return nil, "The session has no range to export. Set its start and end markers first." end
  if Session:actively_recording () then return nil, "A recording is running. Stop it first." end
  local preset = exportPreset
  if not somethingAfter (last) then
    preset = exportPresetTail
    last = last + longestTailSeconds * math.tointeger (Session:nominal_sample_rate ())
  end
  local path = dir .. "/" .. name .. ".wav"
  if exists (path) then return nil, "There is already a file " .. path .. "." end
  if Session:transport_rolling () then Session:request_stop (false, false, ARDOUR.TransportRequestSource.TRS_UI) end
  local exporter = Session:simple_export () -- a new one each time: run twice, the same one writes empty files (7.3)
  if not exporter:check_outputs () then return nil, "The session has no master bus to export." end
  if not exporter:set_preset (preset) then
    return nil, "The export preset of Fresh Ears is missing. Run: freshears install ardour"
  end
  exporter:set_name (name)
  exporter:set_folder (dir)
  exporter:set_range (first, last)
  if not exporter:run_export () or not exists (path) then
    return nil, "Ardour could not write " .. path .. ". Is the disk full, or the folder read-only?"
  end
  return path
end

local function tellBounce (path, name, kind, pair)
  local first = sessionRange () or 0
  send ("bounced", "ssssssf", path, name, kind, pair, Session:path (), Session:name (), first / Session:nominal_sample_rate ())
end
