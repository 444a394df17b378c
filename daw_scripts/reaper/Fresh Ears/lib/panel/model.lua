-- Decides what the panel says. Pure: tables in, a list of rows out; drawing and clicks are elsewhere.
--
-- A row is { kind = "title" | "text" | "notice" | "buttons" | "gap", text =, tone =, buttons = }.
-- A button is { label =, action = { name, ... }, key = "1" } ; `key` is its shortcut.

local model = {}

local MODES = {
  mixing = "Mixing", resting = "Resting", mastering = "Mastering", released = "Released",
}
local MAX_NOTICES = 3
local TONES = { fault = "fault", listen = "warn", fine = "fine" }
local MAX_LINES = 6
local MAX_PLACES = 4
local MAX_NAMES = 6
local MAX_QUESTIONS = 6

local function add(rows, row)
  rows[#rows + 1] = row
end

local function heading(rows, view)
  local board = view.board
  local song = board.song ~= "" and board.song or view.projectName
  if song == "" then
    song = "Unsaved project"
  end
  add(rows, { kind = "title", text = song, tone = "text", badge = MODES[board.mode] or "" })
  if board.rest and board.rest ~= "" then
    add(rows, { kind = "text", text = board.rest, tone = "calm" })
  end
end

local function notices(rows, board)
  for index, notice in ipairs(board.notices or {}) do
    if index > MAX_NOTICES then
      add(rows, { kind = "text", text = (#board.notices - MAX_NOTICES) .. " more on the page.", tone = "dim" })
      return
    end
    add(rows, { kind = "notice", title = notice.title or "", text = notice.text or "", tone = "warn" })
    local buttons = {}
    for _, choice in ipairs(notice.answers or {}) do
      buttons[#buttons + 1] = { label = choice.label, action = { "answer", notice.key, choice.answer } }
    end
    if #buttons > 0 then
      add(rows, { kind = "buttons", buttons = buttons })
    end
  end
end

-- Which strips are looked at, said when there is more than the master.
local function silent(rows, board)
  local names = board.muted or {}
  if #names > 0 then
    local shown = { table.unpack(names, 1, math.min(#names, MAX_NAMES)) }
    local more = #names > #shown and " and " .. (#names - #shown) .. " more" or ""
    add(rows, { kind = "text", text = "Muted: " .. table.concat(shown, ", ") .. more .. ".", tone = "dim" })
  end
end

local function watching(rows, board)
  local names = board.watched or {}
  if #names > 1 then
    local text = "Watching " .. table.concat(names, ", ", 1, #names - 1) .. " and " .. names[#names] .. "."
    add(rows, { kind = "text", text = text, tone = "dim" })
  end
end

-- A time as the person reads it on a ruler: 41.2 is 0:41.2.
local function clock(seconds)
  local tenths = math.floor(seconds * 10 + 0.5)
  return string.format("%d:%02d.%d", tenths // 600, tenths // 10 % 60, tenths % 10)
end

-- The places of a finding as buttons that lead there. They take no number keys: those are for what is done.
local function places(rows, finding)
  local buttons = {}
  for index, place in ipairs(finding.places or {}) do
    if index <= MAX_PLACES and math.type(place.at_s) then
      buttons[index] = { label = clock(place.at_s), action = { "goTo", place.at_s + 0.0 }, keyless = true }
    end
  end
  if #buttons > 0 then
    add(rows, { kind = "buttons", buttons = buttons, small = true })
  end
end

-- What was found, each with its colour and its places; a bridge of 0.1.0 gives lines alone.
local function found(board)
  if board.findings and #board.findings > 0 then
    return board.findings
  end
  local list = {}
  for _, line in ipairs(board.verdict_lines or {}) do
    list[#list + 1] = { text = line }
  end
  return list
end

local function verdict(rows, board)
  if not board.verdict or board.verdict == "" then
    return
  end
  add(rows, { kind = "text", text = board.verdict, tone = TONES[board.verdict_kind] or "text", strong = true })
  local list = found(board)
  for index, finding in ipairs(list) do
    if index > MAX_LINES then
      add(rows, { kind = "text", text = "… and " .. (#list - MAX_LINES) .. " more.", tone = "dim" })
      return
    end
    add(rows, { kind = "text", text = finding.text or "", tone = finding.kind == "fault" and "fault" or "dim" })
    places(rows, finding)
  end
end

local function commands(rows, view)
  local buttons = {
    { label = "Bounce for mastering", action = { "bounce" }, needsIdle = true },
    { label = "Dual print", action = { "dualPrint" }, needsIdle = true },
    { label = "Master this …", action = { "page", "master" }, needsIdle = true },
    { label = "Hand-off …", action = { "handoff" }, needsIdle = true },
  }
  if view.board.mode ~= "" then
    buttons[#buttons + 1] = { label = "Mode …", action = { "page", "mode" } }
  end
  if #(view.board.markers or {}) > 0 then
    buttons[#buttons + 1] = { label = "Mark faults", action = { "markers" } }
  end
  if view.canStart then
    buttons[#buttons + 1] = { label = "Open the page", action = { "openPage" } }
  end
  add(rows, { kind = "gap" })
  add(rows, { kind = "buttons", buttons = buttons })
end

-- One button for each choice: what is sent, and the words the person reads where the bridge gives them.
local function choices(name, values, titles, chosen)
  local buttons = {}
  for index, value in ipairs(values or {}) do
    local title = titles and titles[index] or ""
    local label = title ~= "" and title or value
    buttons[index] = { label = label, action = { "choose", name, value }, lit = chosen == value }
  end
  return buttons
end

local function masterPage(rows, view)
  local board = view.board
  add(rows, { kind = "title", text = "Master this", tone = "text", badge = "" })
  add(rows, { kind = "text", text = "What must the master protect?", tone = "text" })
  add(rows, { kind = "buttons", buttons = choices("intent", board.intents, board.intent_titles, view.intent) })
  add(rows, { kind = "text", text = "Where will it be heard?", tone = "text" })
  add(rows, { kind = "buttons", buttons = choices("target", board.targets, board.target_titles, view.target) })
  add(rows, { kind = "gap" })
  add(rows, { kind = "buttons", buttons = {
    { label = "Make the master", action = { "master", view.intent, view.target }, strong = true, needsIdle = true },
    { label = "Back", action = { "page", "" } },
  } })
end

local function modePage(rows, view)
  add(rows, { kind = "title", text = "What are you doing with this song?", tone = "text", badge = "" })
  local buttons = {}
  for _, mode in ipairs({ "mixing", "mastering", "released" }) do
    buttons[#buttons + 1] = { label = MODES[mode], action = { "mode", mode }, lit = view.board.mode == mode }
  end
  add(rows, { kind = "buttons", buttons = buttons })
  local why = view.board.mode_why
  if why and why ~= "" then
    add(rows, { kind = "text", text = (MODES[view.board.mode] or view.board.mode) .. " now: " .. why .. ".",
      tone = "dim" })
  end
  add(rows, { kind = "gap" })
  add(rows, { kind = "buttons", buttons = { { label = "Back", action = { "page", "" } } } })
end

-- What the mode asks, below everything that has to be done; nobody is pressed.
local function questions(rows, board)
  local asked = board.questions or {}
  if #asked == 0 then
    return
  end
  add(rows, { kind = "gap" })
  add(rows, { kind = "text", text = "Worth asking now", tone = "text", strong = true })
  for index, question in ipairs(asked) do
    if index <= MAX_QUESTIONS then
      add(rows, { kind = "text", text = question.text, tone = "dim" })
      if question.answer and question.answer ~= "" then
        add(rows, { kind = "text", text = question.answer, tone = "text" })
      end
    end
  end
  add(rows, { kind = "buttons", buttons = { { label = "Answer …", action = { "page", "questions" } } } })
end

local function questionsPage(rows, view)
  local asked = view.board.questions or {}
  add(rows, { kind = "title", text = "Worth asking now", tone = "text", badge = MODES[view.board.mode] or "" })
  for index, question in ipairs(asked) do
    if index <= MAX_QUESTIONS then
      local answered = question.answer and question.answer ~= ""
      add(rows, { kind = "text", text = question.text, tone = "text" })
      if answered then
        add(rows, { kind = "text", text = question.answer, tone = "dim" })
      end
      add(rows, { kind = "buttons", buttons = {
        { label = answered and "Change" or "Answer", action = { "reply", question.key }, needsIdle = true },
      } })
    end
  end
  add(rows, { kind = "gap" })
  add(rows, { kind = "buttons", buttons = { { label = "Back", action = { "page", "" } } } })
end

local function connection(rows, board)
  local version = board.bridge or ""
  add(rows, { kind = "gap" })
  add(rows, { kind = "text", text = "Connected to Fresh Ears" .. (version ~= "" and " " or "") .. version .. ".",
    tone = "dim" })
end

local function offers(rows, view)
  if view.repair then
    add(rows, { kind = "notice", title = "The master bus is switched off", tone = "warn",
      text = "A dual print was interrupted. Its effects can be switched on again." })
    add(rows, { kind = "buttons", buttons = { { label = "Switch them on", action = { "repair" } } } })
  end
  if view.saving then
    add(rows, { kind = "text", text = "Keep the project as it was bounced?", tone = "text" })
    add(rows, { kind = "buttons", buttons = {
      { label = "Save the project", action = { "save" } }, { label = "Not now", action = { "forget", "saving" } },
    } })
  end
end

-- Give the first nine buttons their number keys and grey out what cannot be done now.
local function finish(rows, view)
  local number = 0
  for _, row in ipairs(rows) do
    for _, button in ipairs(row.buttons or {}) do
      button.enabled = not (button.needsIdle and view.rolling)
      if button.enabled and not button.keyless and number < 9 then
        number = number + 1
        button.key = tostring(number)
      end
    end
  end
  return rows
end

-- `view`: board (or nil), alive, explanation (when not alive), canStart (the bridge's command is known),
-- projectName, message, page, intent, target,
-- rolling (playing or recording), saving, repair.
function model.rows(view)
  local rows = {}
  if view.alive and view.board and view.page == "master" then
    masterPage(rows, view)
  elseif view.alive and view.board and view.page == "mode" then
    modePage(rows, view)
  elseif view.alive and view.board and view.page == "questions" then
    questionsPage(rows, view)
  elseif view.alive and view.board then
    heading(rows, view)
    notices(rows, view.board)
    offers(rows, view)
    watching(rows, view.board)
    silent(rows, view.board)
    verdict(rows, view.board)
    commands(rows, view)
    questions(rows, view.board)
    connection(rows, view.board)
  else
    add(rows, { kind = "title", text = "Fresh Ears", tone = "text", badge = "" })
    add(rows, { kind = "text", text = "Not connected.", tone = "warn", strong = true })
    add(rows, { kind = "text", text = view.explanation, tone = "text" })
    offers(rows, view)
    local buttons = {
      { label = "Bounce for mastering", action = { "bounce" }, needsIdle = true },
      { label = "Dual print", action = { "dualPrint" }, needsIdle = true },
    }
    if view.canStart then
      table.insert(buttons, 1, { label = "Start it", action = { "start" } })
    end
    add(rows, { kind = "buttons", buttons = buttons })
  end
  if view.message and view.message ~= "" then
    add(rows, { kind = "gap" })
    add(rows, { kind = "text", text = view.message, tone = "calm" })
  end
  return finish(rows, view)
end

return model
