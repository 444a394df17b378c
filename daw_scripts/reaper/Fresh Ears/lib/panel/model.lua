-- Decides what the panel says. Pure: tables in, a list of rows out; drawing and clicks are elsewhere.
--
-- A row is { kind = "title" | "text" | "notice" | "buttons" | "gap", text =, tone =, buttons = }.
-- A button is { label =, action = { name, ... }, key = "1" } ; `key` is its shortcut.

local model = {}

local MODES = {
  mixing = "Mixing", resting = "Resting", mastering = "Mastering", released = "Released",
}
local MAX_NOTICES = 3
local MAX_LINES = 6
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
local function watching(rows, board)
  local names = board.watched or {}
  if #names > 1 then
    local text = "Watching " .. table.concat(names, ", ", 1, #names - 1) .. " and " .. names[#names] .. "."
    add(rows, { kind = "text", text = text, tone = "dim" })
  end
end

local function verdict(rows, board)
  if not board.verdict or board.verdict == "" then
    return
  end
  add(rows, { kind = "text", text = board.verdict, tone = "text", strong = true })
  for index, line in ipairs(board.verdict_lines or {}) do
    if index > MAX_LINES then
      add(rows, { kind = "text", text = "… and " .. (#board.verdict_lines - MAX_LINES) .. " more.", tone = "dim" })
      return
    end
    add(rows, { kind = "text", text = line, tone = "dim" })
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
  add(rows, { kind = "gap" })
  add(rows, { kind = "buttons", buttons = buttons })
end

local function masterPage(rows, view)
  add(rows, { kind = "title", text = "Master this", tone = "text", badge = "" })
  add(rows, { kind = "text", text = "What must the master protect?", tone = "text" })
  local intents = {}
  for _, intent in ipairs(view.board.intents or {}) do
    intents[#intents + 1] = { label = intent, action = { "choose", "intent", intent }, lit = view.intent == intent }
  end
  add(rows, { kind = "buttons", buttons = intents })
  add(rows, { kind = "text", text = "Where will it be heard?", tone = "text" })
  local targets = {}
  for _, target in ipairs(view.board.targets or {}) do
    targets[#targets + 1] = { label = target, action = { "choose", "target", target }, lit = view.target == target }
  end
  add(rows, { kind = "buttons", buttons = targets })
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
      if button.enabled and number < 9 then
        number = number + 1
        button.key = tostring(number)
      end
    end
  end
  return rows
end

-- `view`: board (or nil), alive, explanation (when not alive), canStart, projectName, message, page, intent, target,
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
    verdict(rows, view.board)
    commands(rows, view)
    questions(rows, view.board)
  else
    add(rows, { kind = "title", text = "Fresh Ears", tone = "text", badge = "" })
    add(rows, { kind = "text", text = view.explanation, tone = "text" })
    offers(rows, view)
    local buttons = {
      { label = "Bounce for mastering", action = { "bounce" }, needsIdle = true },
      { label = "Dual print", action = { "dualPrint" }, needsIdle = true },
    }
    if view.canStart then
      table.insert(buttons, 1, { label = "Start", action = { "start" } })
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
