-- What the buttons and the actions do. Each returns a sentence for the person, and true when it worked.

local bridge = require("bridge")
local bus = require("bus.strips")
local mailbox = require("mailbox")
local markers = require("markers")
local render = require("render")
local session = require("session")
local state = require("state")

local actions = {}

local REMEMBER_S = 120
local TAIL_WITHOUT_BRIDGE_S = 8 -- otherwise the bridge says it
local LONGEST_OWN_NAME = 180 -- bytes; with the rest it stays below the 255 that file systems take
local NO_BRIDGE = " The bridge is not running, so it will be looked at when it starts."

-- The board, if it is about the project in front.
local function boardFor(path)
  local board, alive, problem = mailbox.readBoard()
  if board and board.project_path ~= path then
    return nil, alive, problem
  end
  return board, alive, problem
end

local function isTaken(folder, name)
  return reaper.file_exists(folder .. "/" .. name .. ".wav")
end

-- A name for when the bridge gives none: the project's and the time, which the bridge reads as a bounce of that song.
-- Safe as a file name on every system, and no render wildcard in it.
local function ownName(project)
  local song = project:gsub('[%c<>:"/\\|?*$;]', "_"):gsub("^[%s.]+", ""):gsub("[%s.]+$", "")
  if #song > LONGEST_OWN_NAME then
    song = song:sub(1, (utf8.offset(song, 0, LONGEST_OWN_NAME + 1) or LONGEST_OWN_NAME + 1) - 1)
  end
  return (song ~= "" and song or "Untitled") .. " – bounce " .. os.date("%Y-%m-%d %H.%M.%S", os.time())
end

local function bounceFolder(board, path)
  if board and type(board.bounce_folder) == "string" and board.bounce_folder ~= "" then
    return board.bounce_folder
  end
  local beside = path:match("^(.*)[/\\][^/\\]+$")
  return (beside or reaper.GetProjectPath()) .. "/Bounces"
end

-- The names of the next bounce and of a print without the master bus: as the bridge says. A script names one itself
-- when the bridge is not there, or when a file took the name meanwhile.
local function names(board, folder, project)
  local name, dry = board and board.bounce_name or "", board and board.dry_print_name or ""
  if name == "" or dry == "" or isTaken(folder, name) or isTaken(folder, dry) then
    name = ownName(project)
    dry = name .. " (dry)"
  end
  return name, dry
end

-- Where and under which name to bounce; nil and the reason when a bounce makes no sense now.
local function plan()
  local project, path, name = state.project()
  if reaper.GetPlayStateEx(project) & 4 ~= 0 then
    return nil, "REAPER is recording. Stop first."
  elseif reaper.GetProjectLength(project) <= 0 then
    return nil, "The project is empty: there is nothing to bounce."
  end
  local board, alive = boardFor(path)
  local folder = bounceFolder(board, path)
  reaper.RecursiveCreateDirectory(folder, 0)
  local wet, dry = names(board, folder, name)
  return {
    project = project, path = path, folder = folder, board = board, alive = alive, name = wet, dry = dry,
    tail = board and math.type(board.bounce_tail_s) and board.bounce_tail_s or TAIL_WITHOUT_BRIDGE_S,
  }
end

-- What stands in the way of a bounce, as the bridge sees it (room correction left on). Pressing again goes on.
local function guarded(to, what)
  local board = to.board and to.alive and to.board or {}
  local reasons = what == "dual" and board.before_dual_print or board.before_bounce or {}
  if #reasons == 0 or session.pressedAgain(what) then
    return nil
  end
  return table.concat(reasons, " ") .. " Press again to bounce anyway."
end

-- The bridge needs a moment before its board names a new bounce; until then it is remembered here.
local function remember(to, path)
  session.set("bounced", path)
  session.set("bounced_of", to.path)
  session.set("bounced_at", tostring(os.time()))
end

local function lastBounce(board, path)
  local at = tonumber(session.get("bounced_at"))
  if at and os.time() - at < REMEMBER_S and session.get("bounced_of") == path then
    return session.get("bounced")
  end
  return board and board.last_bounce_path or ""
end

local function tell(to, path, kind, pair)
  remember(to, path)
  return mailbox.request("bounced", {
    path = path, name = path:match("([^/\\]+)%.[^.]+$") or "", print = kind, pair = pair or "",
    project_path = to.path,
  })
end

-- Bounce the whole project for mastering. Returns a sentence, true, and the file's path.
function actions.bounce()
  local to, why = plan()
  if not to then
    return why, false
  end
  local stop = guarded(to, "bounce")
  if stop then
    return stop, false
  end
  local path
  path, why = render.print(to.project, to.folder, to.name, to.tail)
  if not path then
    return why, false
  end
  tell(to, path, "bounce")
  session.set("saving", reaper.IsProjectDirty(to.project) ~= 0 and "1" or "")
  return to.name .. " is in " .. to.folder .. "." .. (to.alive and "" or NO_BRIDGE), true, path
end

-- Bounce twice, with and without the effects on the master and on the tracks before it that everything passes through.
function actions.dualPrint()
  local to, why = plan()
  if not to then
    return why, false
  end
  local strips = bus.working(to.project, to.board and type(to.board.bus_ids) == "table" and to.board.bus_ids or {})
  if #strips == 0 then
    return "Nothing is switched on on the master bus: both prints would be the same.", false
  end
  local stop = guarded(to, "dual")
  if stop then
    return stop, false
  end
  local wet, dry
  wet, why = render.print(to.project, to.folder, to.name, to.tail)
  if not wet then
    return why, false
  end
  dry, why = render.without(strips, to.path, function()
    return render.print(to.project, to.folder, to.dry, to.tail)
  end)
  if not dry then
    tell(to, wet, "bounce")
    return "Only the print with the master bus was made: " .. tostring(why), false
  end
  tell(to, wet, "print-wet", to.name)
  tell(to, dry, "print-dry", to.name)
  session.set("saving", reaper.IsProjectDirty(to.project) ~= 0 and "1" or "")
  return to.name .. " is in " .. to.folder .. ", with the master bus and without it (dry).", true
end

-- Ask the bridge for a master of the last bounce; bounces first when there is none.
function actions.master(intent, target)
  local _, path = state.project()
  local board, alive, problem = boardFor(path)
  if not alive then
    return bridge.explain(problem), false
  end
  local source = lastBounce(board, path)
  if source == "" then
    local text, worked, bounced = actions.bounce()
    if not worked then
      return text, false
    end
    source = bounced
  end
  local sent, why = mailbox.request("action", {
    action = "master", project_path = path, values = { path = source, intent = intent or "", target = target or "" },
  })
  if not sent then
    return "The bridge could not be asked: " .. tostring(why), false
  end
  return "The master is being made from " .. (source:match("([^/\\]+)$") or source) .. ".", true
end

local SHEET = { "intent", "survive", "references", "worries", "complete" }

-- What the sheet says now, one line per field, in the order of SHEET.
local function sheetNow(board)
  local now = board or {}
  return {
    now.intent or "", now.sheet_survive or "", now.sheet_references or "", now.sheet_worries or "",
    now.sheet_complete and "yes" or "",
  }
end

local function oneLine(text)
  return (tostring(text):gsub("%s*[\r\n]+%s*", "; "))
end

-- Ask what the master should protect. The one window here that waits, because the person opened it.
function actions.handoff()
  local project, path, name = state.project()
  if reaper.GetPlayStateEx(project) & 5 ~= 0 then
    return "Stop playback first, then fill in the hand-off.", false
  end
  local board = boardFor(path)
  local song = board and board.song ~= "" and board.song or name
  local before = sheetNow(board)
  for i, text in ipairs(before) do
    before[i] = oneLine(text)
  end
  local filled, text = reaper.GetUserInputs(
    "Fresh Ears: hand-off of " .. song, #SHEET,
    "Intent (intimate energetic strange neutral),What must survive,References,Worries,"
      .. "Complete not perfect? (yes),extrawidth=320,separator=\n",
    table.concat(before, "\n")
  )
  if not filled then
    return "The hand-off was not changed.", false
  end
  -- Only what was changed is sent, so that an entry of several lines is not flattened by looking at it.
  local values, at = {}, 0
  for value in (text .. "\n"):gmatch("([^\n]*)\n") do
    at = at + 1
    if SHEET[at] and value ~= before[at] then
      values[SHEET[at]] = value
    end
  end
  local sent, why = mailbox.request("action", { action = "handoff", project_path = path, values = values })
  return sent and "The hand-off is noted." or "The hand-off could not be sent: " .. tostring(why), sent ~= nil
end

-- Put the faults of the last bounce on the time line, or take them away.
function actions.markers()
  local project, path = state.project()
  local board = boardFor(path)
  local faults = {}
  for _, marker in ipairs(board and board.markers or {}) do
    if math.type(marker.at_s) and type(marker.text) == "string" then
      faults[#faults + 1] = { at_s = marker.at_s + 0.0, text = marker.text }
    end
  end
  local count = markers.toggle(project, faults)
  if count > 0 then
    return count .. (count == 1 and " fault is" or " faults are") .. " marked. Press again to remove.", true
  elseif count < 0 then
    return "The fault markers are removed.", true
  end
  return "The last bounce has no faults to mark.", true
end

-- Show a place of the last bounce: the edit cursor goes there and the view with it, while what plays plays on.
function actions.goTo(seconds)
  local project, path = state.project()
  local board = boardFor(path)
  local start = board and tonumber(board.last_bounce_start_s) or 0
  reaper.SetEditCurPos2(project, start + seconds, true, false)
  return "The cursor is at " .. reaper.format_timestr_pos(start + seconds, "", -1) .. ".", true
end

-- Open the page.
function actions.openPage()
  return bridge.openPage(), true
end

-- Answer a notice.
function actions.answer(key, answer)
  local _, path = state.project()
  local sent, why = mailbox.request("answer", { project_path = path, key = key, answer = answer })
  return sent and "Noted." or "The answer could not be sent: " .. tostring(why), sent ~= nil
end

-- Switch the song's mode.
function actions.mode(mode)
  local _, path = state.project()
  local sent, why = mailbox.request("action", { action = "mode", project_path = path, values = { mode = mode } })
  return sent and "Noted." or "The bridge could not be asked: " .. tostring(why), sent ~= nil
end

-- Ask one of the mode's questions, with the answer kept so far. It waits, because the person opened it.
function actions.reply(key)
  local project, path = state.project()
  if reaper.GetPlayStateEx(project) & 5 ~= 0 then
    return "Stop playback first, then answer.", false
  end
  local board = boardFor(path)
  for _, question in ipairs(board and board.questions or {}) do
    if question.key == key then
      local before = oneLine(question.answer or "")
      -- A comma would end the caption; the answer may hold any.
      local filled, text = reaper.GetUserInputs("Fresh Ears: " .. question.text, 1,
        "Your answer,extrawidth=360,separator=\n", before)
      if not filled or text == before then
        return "Nothing was changed.", false
      end
      local sent, why = mailbox.request("action", {
        action = "reply", project_path = path, values = { question = key, answer = text },
      })
      return sent and "Noted." or "The answer could not be sent: " .. tostring(why), sent ~= nil
    end
  end
  return "That is not asked any more.", false
end

-- Save the project, as offered after a bounce.
function actions.save()
  local project = reaper.EnumProjects(-1)
  reaper.Main_SaveProject(project, false)
  session.set("saving", "")
  return "The project is saved.", true
end

-- Switch the effects on the bus on again after a dual print that REAPER did not survive.
function actions.repair()
  local project = reaper.EnumProjects(-1)
  for _, strip in ipairs(bus.leftOff(project, session.get("repair_strips"))) do
    bus.switch(strip, true)
  end
  reaper.DeleteExtState("FreshEars", "repair", true)
  reaper.DeleteExtState("FreshEars", "repair_strips", true)
  return "The effects on the master bus are switched on again.", true
end

-- Run an action by name with its arguments, catch what goes wrong, and say the outcome.
function actions.run(name, ...)
  local asked, inPanel = pcall(session.panelOpen) -- now: a render takes longer than the panel's sign of life lasts
  local done, text, worked = pcall(actions[name], ...)
  if not done then
    text, worked = "Something went wrong: " .. tostring(text), false
  end
  pcall(session.say, text, asked and inPanel)
  return worked
end

return actions
