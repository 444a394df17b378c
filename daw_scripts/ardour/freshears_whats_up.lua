ardour {
  ["type"] = "EditorAction",
  name = "Fresh Ears: what's up",
  author = "Fresh Ears",
  description = [[Shows what Fresh Ears has to say about this session: warnings you can answer, the verdict on the last bounce, when fresh ears are due, and the few questions of its mode.]]
}

function factory ()
  --@include mailbox
  --@include panel
  --@include choices
  --@include dual_print

  local modeNames = { "mixing", "resting", "mastering", "released" }

  local function noticeFields (fields, notice, number)
    fields[#fields + 1] = { type = "heading", title = notice.title, align = "left" }
    fields[#fields + 1] = { type = "label", title = wrap (notice.text, 76), align = "left" }
    if #notice.answers == 0 then return end
    -- What leaves it stands first and is chosen already; where that is an answer of its own, it holds for this sitting.
    local list = { { text = "Leave it for now", value = "" } }
    for _, choice in ipairs (notice.answers) do
      local entry = { text = choice.label, value = choice.answer }
      if choice.answer == "not-now" then list[1] = entry else list[#list + 1] = entry end
    end
    fields[#fields + 1] = choiceField ("radio", "answer" .. number, "Your answer", list, list[1].value)
  end

  local function songFields (fields, panel)
    if panel.verdict and panel.verdict ~= "" then
      fields[#fields + 1] = { type = "heading", title = "Last bounce", align = "left" }
      local lines = { wrap (panel.verdict, 76) }
      for _, line in ipairs (panel.verdict_lines) do lines[#lines + 1] = wrap ("– " .. line, 76) end
      fields[#fields + 1] = { type = "label", title = table.concat (lines, "\n"), align = "left" }
    end
    if panel.rest and panel.rest ~= "" then
      fields[#fields + 1] = { type = "label", title = wrap (panel.rest, 76), align = "left" }
    end
    local master = panel.last_master_path or ""
    if master ~= "" then
      fields[#fields + 1] = { type = "heading", title = "Last master", align = "left" }
      fields[#fields + 1] = { type = "label", title = wrap (master, 76), align = "left" }
      fields[#fields + 1] = {
        type = "checkbox", key = "import_master", default = false, title = "Import it as a muted reference track"
      }
    end
  end

  -- The mode and what it asks. Nobody scores the answers; they are kept with the song.
  local function modeFields (fields, panel)
    if not panel.mode or panel.mode == "" then return end
    fields[#fields + 1] = { type = "heading", title = "Mode: " .. panel.mode, align = "left" }
    if panel.mode_why ~= "" then
      fields[#fields + 1] = { type = "label", title = wrap (panel.mode_why, 76), align = "left" }
    end
    fields[#fields + 1] = choiceField ("dropdown", "mode", "Change to", plainChoices (modeNames), panel.mode)
    for number, asked in ipairs (panel.questions) do
      fields[#fields + 1] = { type = "entry", key = "question" .. number, title = asked.text:gsub ("%?$", ""), default = asked.answer }
    end
  end

  local function sendMode (panel, result)
    for number, asked in ipairs (panel.questions) do
      local said = result["question" .. number]
      if said and said ~= asked.answer then send ("reply", "sss", Session:path (), asked.key, said) end
    end
    local mode = result["mode"]
    if mode and mode ~= panel.mode then send ("mode", "ss", Session:path (), mode) end
  end

  -- Lays a master beside what it was made from, muted. Ardour moves the session's end along with an import: it goes back.
  local function importMuted (path, seconds)
    local range, before = Session:locations ():session_range_location (), {}
    local first, last = range:start (), range:_end ()
    local at = Temporal.timepos_t (math.floor (seconds * Session:nominal_sample_rate () + 0.5))
    for track in Session:get_tracks ():iter () do before[track:to_stateful ():id ():to_s ()] = true end
    local files = C.StringVector ()
    files:push_back (path)
    Editor:do_import (files, Editing.ImportDistinctFiles, Editing.ImportAsTrack, ARDOUR.SrcQuality.SrcBest,
      ARDOUR.MidiTrackNameSource.SMFTrackName, ARDOUR.MidiTempoMapDisposition.SMFTempoIgnore,
      at, ARDOUR.PluginInfo (), ARDOUR.Track (), false)
    for track in Session:get_tracks ():iter () do
      if not before[track:to_stateful ():id ():to_s ()] then
        track:mute_control ():set_value (1, PBD.GroupControlDisposition.NoGroup)
      end
    end
    range:set (first, last)
  end

  local function show (panel)
    local fields = {}
    for number, notice in ipairs (panel.notices) do noticeFields (fields, notice, number) end
    songFields (fields, panel)
    if panel.popup ~= "1" then modeFields (fields, panel) end
    if #panel.watched > 1 then
      local names = table.concat (panel.watched, ", ", 1, #panel.watched - 1) .. " and " .. panel.watched[#panel.watched]
      fields[#fields + 1] = { type = "label", title = wrap ("Watched: " .. names .. ".", 76), align = "left" }
    end
    if #panel.muted > 0 then
      fields[#fields + 1] = { type = "label", title = wrap ("Muted: " .. table.concat (panel.muted, ", ") .. ".", 76), align = "left" }
    end
    if #fields == 0 then
      fields[1] = { type = "label", title = "Nothing to say. Carry on.", align = "left" }
    end
    local keys = {}
    for _, notice in ipairs (panel.notices) do keys[#keys + 1] = escape (notice.key) end
    send ("shown", "ss", Session:path (), table.concat (keys, "\t"))
    local result = LuaDialog.Dialog ("Fresh Ears – " .. (panel.song ~= "" and panel.song or Session:name ()), fields):run ()
    if not result then return end
    for number, notice in ipairs (panel.notices) do
      local answer = result["answer" .. number]
      if answer and answer ~= "" then send ("answer", "sss", Session:path (), notice.key, answer) end
    end
    sendMode (panel, result)
    if result["import_master"] then importMuted (panel.last_master_path, tonumber (panel.last_bounce_start_s) or 0) end
  end

  return function ()
    -- One window at a time, also when the bridge and the person ask at once.
    if FreshEarsOpen then return end
    FreshEarsOpen = true
    local ok, problem = pcall (function ()
      offerRepair ()
      local panel = askPanel ()
      if not panel then return sayNoBridge () end
      -- The bridge opens this only while nothing rolls; it may have started since.
      if panel.popup == "1" and Session:transport_rolling () then return end
      show (panel)
    end)
    FreshEarsOpen = nil
    if not ok then complain (problem) end
  end
end
