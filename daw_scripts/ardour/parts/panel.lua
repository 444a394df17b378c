-- The panel: what the bridge has to say about this session, whole. Asking is one message out and one file back.
-- The keys of its lines stand in docs/daw-protocol.md.
local listOf = {
  intent_choice = "intents", target_choice = "targets", intent_title = "intent_titles", target_title = "target_titles",
  verdict_line = "verdict_lines", before_bounce = "before_bounce",
  before_dual_print = "before_dual_print", watched = "watched", muted = "muted",
  bus_ids = "bus_ids", bus_tracks = "bus_tracks"
}

local function parsePanel (lines)
  local panel = { notices = {}, markers = {}, questions = {}, findings = {} }
  for _, name in pairs (listOf) do panel[name] = {} end
  local notice
  for _, line in ipairs (lines) do
    local key = line[1]
    if key == "notice" then
      notice = {
        key = line[2], title = line[3] or "", text = line[4] or "", kind = line[5] or "", about = line[6] or "", answers = {}
      }
      panel.notices[#panel.notices + 1] = notice
    elseif key == "answer" and notice then
      notice.answers[#notice.answers + 1] = { answer = line[2], label = line[3] or line[2] }
    elseif key == "question" then
      panel.questions[#panel.questions + 1] = { key = line[2], text = line[3] or "", answer = line[4] or "" }
    elseif key == "finding" then
      panel.findings[#panel.findings + 1] = { text = line[2] or "", kind = line[3] or "", places = {} }
    elseif key == "place" and #panel.findings > 0 then
      local places = panel.findings[#panel.findings].places
      places[#places + 1] = { at_s = tonumber (line[2]) or 0 }
    elseif key == "marker" then
      panel.markers[#panel.markers + 1] = { at_s = tonumber (line[2]) or 0, text = line[3] or "" }
    elseif listOf[key] then
      local list = panel[listOf[key]]
      list[#list + 1] = line[2]
    elseif key and type (panel[key]) ~= "table" then
      panel[key] = line[2]
    end
  end
  return panel
end

-- Returns the panel, or nil when no bridge answers within a second.
local function askPanel ()
  local ticket = tostring (ARDOUR.LuaAPI.monotonic_time ())
  if not send ("ask", "ss", ticket, Session:path ()) then return nil end
  for _ = 1, 50 do
    local lines = readLines ("board.txt")
    if lines then
      local panel = parsePanel (lines)
      if panel.ticket == ticket and panel.done == "1" then return panel end
    end
    ARDOUR.LuaAPI.usleep (20000)
  end
  return nil
end

local function say (title, text, kind)
  LuaDialog.Message (title, text, kind or LuaDialog.MessageType.Info, LuaDialog.ButtonType.Close):run ()
end

-- A script that fails says so: Ardour itself would only write it into its log.
local function complain (problem)
  print ("Fresh Ears: " .. tostring (problem))
  say ("Fresh Ears", "This did not work, and the reason is a mistake in Fresh Ears or an Ardour it does not know:\n\n"
    .. tostring (problem):sub (1, 300), LuaDialog.MessageType.Error)
end

local function sayNoBridge ()
  say ("Fresh Ears", "Fresh Ears is not running, so there is nothing to show yet.\n\n"
    .. "Start it in a terminal with:  freshears run\n"
    .. "If it runs and you still see this:  freshears doctor", LuaDialog.MessageType.Warning)
end

-- Breaks a text into lines that a dialog can show.
local function wrap (text, width)
  local out = {}
  for paragraph in (text .. "\n"):gmatch ("([^\n]*)\n") do
    local line = ""
    for word in paragraph:gmatch ("%S+") do
      if #line > 0 and #line + 1 + #word > width then
        out[#out + 1] = line
        line = word
      else
        line = #line > 0 and (line .. " " .. word) or word
      end
    end
    out[#out + 1] = line
  end
  while #out > 1 and out[#out] == "" do out[#out] = nil end
  return table.concat (out, "\n")
end
