ardour {
  ["type"] = "EditorAction",
  name = "Fresh Ears: what's up",
  author = "Fresh Ears",
  description = [[Shows what Fresh Ears has to say about this session: warnings you can answer, the verdict on the last bounce, when fresh ears are due, and the few questions of its mode.]]
}

function factory ()
  --@include mailbox
  --@include board
  --@include dual_print

  local modeNames = { "mixing", "resting", "mastering", "released" }

  local function noticeFields (fields, notice, number)
    fields[#fields + 1] = { type = "heading", title = notice.title, align = "left" }
    fields[#fields + 1] = { type = "label", title = wrap (notice.text, 76), align = "left" }
    if #notice.answers == 0 then return end
    local values = { ["Leave it for now"] = "" }
    for _, choice in ipairs (notice.answers) do values[choice.label] = choice.answer end
    fields[#fields + 1] = {
      type = "radio", key = "answer" .. number, title = "Your answer", values = values, default = "Leave it for now"
    }
  end

  local function songFields (fields, board)
    if board.verdict and board.verdict ~= "" then
      fields[#fields + 1] = { type = "heading", title = "Last bounce", align = "left" }
      local lines = { wrap (board.verdict, 76) }
      for _, line in ipairs (board.verdictLines) do lines[#lines + 1] = wrap ("– " .. line, 76) end
      fields[#fields + 1] = { type = "label", title = table.concat (lines, "\n"), align = "left" }
    end
    if board.rest and board.rest ~= "" then
      fields[#fields + 1] = { type = "label", title = wrap (board.rest, 76), align = "left" }
    end
    local master = board.last_master or ""
    if master ~= "" then
      fields[#fields + 1] = { type = "heading", title = "Last master", align = "left" }
      fields[#fields + 1] = { type = "label", title = wrap (master, 76), align = "left" }
      fields[#fields + 1] = {
        type = "checkbox", key = "import_master", default = false, title = "Import it as a muted reference track"
      }
    end
  end

  -- The mode and what it asks. Nobody scores the answers; they are kept with the song.
  local function modeFields (fields, board)
    if not board.mode or board.mode == "" then return end
    local modes = {}
    for _, mode in ipairs (modeNames) do modes[mode] = mode end
    fields[#fields + 1] = { type = "heading", title = "Mode: " .. board.mode, align = "left" }
    if board.mode_why ~= "" then
      fields[#fields + 1] = { type = "label", title = wrap (board.mode_why, 76), align = "left" }
    end
    fields[#fields + 1] = { type = "dropdown", key = "mode", title = "Change to", values = modes, default = board.mode }
    for number, asked in ipairs (board.questions) do
      fields[#fields + 1] = { type = "entry", key = "question" .. number, title = asked.text:gsub ("%?$", ""), default = asked.answer }
    end
  end

  local function sendMode (board, result)
    for number, asked in ipairs (board.questions) do
      local said = result["question" .. number]
      if said and said ~= asked.answer then send ("reply", "sss", Session:path (), asked.key, said) end
    end
    local mode = result["mode"]
    if mode and mode ~= board.mode then send ("mode", "ss", Session:path (), mode) end
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

  local function show (board)
    local fields = {}
    for number, notice in ipairs (board.notices) do noticeFields (fields, notice, number) end
    songFields (fields, board)
    if board.popup ~= "1" then modeFields (fields, board) end
    if #fields == 0 then
      fields[1] = { type = "label", title = "Nothing to say. Carry on.", align = "left" }
    end
    local keys = {}
    for _, notice in ipairs (board.notices) do keys[#keys + 1] = escape (notice.key) end
    send ("shown", "ss", Session:path (), table.concat (keys, "\t"))
    local result = LuaDialog.Dialog ("Fresh Ears – " .. (board.song ~= "" and board.song or Session:name ()), fields):run ()
    if not result then return end
    for number, notice in ipairs (board.notices) do
      local answer = result["answer" .. number]
      if answer and answer ~= "" then send ("answer", "sss", Session:path (), notice.key, answer) end
    end
    sendMode (board, result)
    if result["import_master"] then importMuted (board.last_master, tonumber (board.last_bounce_start) or 0) end
  end

  return function ()
    -- One window at a time, also when the bridge and the person ask at once.
    if FreshEarsOpen then return end
    FreshEarsOpen = true
    local ok, problem = pcall (function ()
      offerRepair ()
      local board = askBoard ()
      if not board then return sayNoBridge () end
      -- The bridge opens this only while nothing rolls; it may have started since.
      if board.popup == "1" and Session:transport_rolling () then return end
      show (board)
    end)
    FreshEarsOpen = nil
    if not ok then complain (problem) end
  end
end
