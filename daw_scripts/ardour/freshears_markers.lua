ardour {
  ["type"] = "EditorAction",
  name = "Fresh Ears: faults to markers",
  author = "Fresh Ears",
  description = [[Puts a location marker at every fault of the last bounce; run again, it takes its markers away.]]
}

function factory ()
  --@include mailbox
  --@include panel

  local suffix = " (Fresh Ears)" -- at the end: the time line shows how a name begins
  local mostMarkers = 100

  local function isOurs (location)
    return location:is_mark () and location:name ():sub (-#suffix) == suffix
  end

  local function ours ()
    local found = {}
    for location in Session:locations ():list ():iter () do
      if isOurs (location) then found[#found + 1] = location end
    end
    return found
  end

  -- Ardour gives a new marker a name that no other has.
  local function newAt (sample, before)
    for location in Session:locations ():list ():iter () do
      if location:is_mark () and not before[location:name ()] and location:start ():samples () == sample then
        return location
      end
    end
    return nil
  end

  local function add (panel)
    local rate = Session:nominal_sample_rate ()
    local start = tonumber (panel.last_bounce_start_s) or 0
    for number, marker in ipairs (panel.markers) do
      if number > mostMarkers then break end
      local before = {}
      for location in Session:locations ():list ():iter () do before[location:name ()] = true end
      local sample = math.floor ((start + marker.at_s) * rate + 0.5)
      Editor:mouse_add_new_marker (Temporal.timepos_t (sample), ARDOUR.LocationFlags.IsMark, 0)
      local location = newAt (sample, before)
      if location then location:set_name (marker.text .. suffix) end
    end
  end

  return function ()
    if FreshEarsOpen then return end
    FreshEarsOpen = true
    local ok, problem = pcall (function ()
      local old = ours ()
      if #old > 0 then
        for _, location in ipairs (old) do Session:locations ():remove (location) end
        return
      end
      local panel = askPanel ()
      if not panel then return sayNoBridge () end
      if #panel.markers == 0 then return say ("Fresh Ears", "The last bounce has no faults to mark.") end
      add (panel)
    end)
    FreshEarsOpen = nil
    if not ok then complain (problem) end
  end
end
