-- The window: gathers what the model needs, draws when something changed, turns clicks and keys into actions.

local actions = require("actions")
local bridge = require("bridge")
local bus = require("bus.strips")
local draw = require("panel.draw")
local mailbox = require("mailbox")
local model = require("panel.model")
local session = require("session")
local speech = require("speech")
local state = require("state")

local panel = {}

local REFRESH_S = 0.25
local MAX_ERRORS = 60 -- two seconds of errors in a row
local UNIT = 15 -- text size on a screen of normal density
local KEY_ESCAPE, KEY_ENTER, KEY_TAB, KEY_UP, KEY_DOWN = 27, 13, 9, 0x7570, 0x646F776E
local KEY_LEFT, KEY_RIGHT = 0x6C656674, 0x72676874

local self

local function themeColor(name, fallback)
  local native = reaper.GetThemeColor(name, 0)
  if native < 0 then
    return fallback
  end
  local r, g, b = reaper.ColorFromNative(native & 0xFFFFFF)
  return { r, g, b }
end

local function needsRepair(project, path)
  local noted = session.get("repair")
  return noted ~= "" and noted == path and #bus.leftOff(project, session.get("repair_strips")) > 0
end

local function view()
  local project, path, name = state.project()
  local reader = self.reader
  reader.poll()
  local board = reader.board
  if board and board.project_path ~= path then
    -- The bridge speaks about another tab: show this one's name and nothing of the other.
    board = { song = "", mode = "", notices = {}, markers = {}, intents = board.intents, targets = board.targets,
      intent = board.intent, target = board.target, intent_titles = board.intent_titles,
      target_titles = board.target_titles, bridge = board.bridge }
  end
  local alive = reader.alive()
  return {
    board = board,
    alive = alive,
    explanation = not alive and bridge.explain(reader.problem) or "",
    canStart = bridge.installed(),
    projectName = name,
    message = session.get("message"),
    page = self.page,
    intent = self.intent or (board and board.intent) or "",
    target = self.target or (board and board.target) or "",
    rolling = reaper.GetPlayStateEx(project) & 5 ~= 0,
    saving = session.get("saving") == "1",
    repair = needsRepair(project, path),
  }
end

local function perform(button)
  if not button.enabled then
    return
  end
  local name, first, second = table.unpack(button.action)
  if name == "page" then
    self.page = first
    session.set("message", "")
  elseif name == "choose" then
    self[first] = second
  elseif name == "forget" then
    session.set(first, "")
  elseif name == "start" then
    session.say(bridge.start())
  else
    self.page = name == "reply" and self.page or "" -- one question after the other
    actions.run(name, first, second)
  end
  self.dirty, self.nextView = true, 0
end

local function buttonAt(x, y)
  for index, hit in ipairs(self.hits) do
    if x >= hit.x and x < hit.x + hit.w and y >= hit.y and y < hit.y + hit.h then
      return hit.button, index
    end
  end
end

local function mouse()
  local down = gfx.mouse_cap & 1 ~= 0
  if down and not self.down then
    self.pressed = buttonAt(gfx.mouse_x, gfx.mouse_y)
  elseif not down and self.down then
    local button = buttonAt(gfx.mouse_x, gfx.mouse_y)
    if button and self.pressed and button.label == self.pressed.label then
      perform(button)
    end
    self.pressed = nil
  end
  self.down = down
  if gfx.mouse_wheel ~= 0 then
    local most = math.max(self.height - gfx.h, 0)
    self.scroll = math.max(0, math.min(most, self.scroll - gfx.mouse_wheel / 4))
    gfx.mouse_wheel = 0
    self.dirty = true
  end
end

local function moveFocus(by)
  if #self.hits > 0 then
    self.focus = (self.focus - 1 + by) % #self.hits + 1
    local hit = self.hits[self.focus]
    if hit.y < 0 then
      self.scroll = math.max(0, self.scroll + hit.y - UNIT)
    elseif hit.y + hit.h > gfx.h then
      self.scroll = self.scroll + hit.y + hit.h - gfx.h + UNIT
    end
    speech.say(hit.button.label .. (hit.button.lit and ", chosen" or "") .. (hit.button.enabled and "" or ", not now"))
    self.dirty = true
  end
end

-- Returns false when the window should close.
local function keyboard()
  local key = math.tointeger(gfx.getchar()) or 0
  if key == -1 or key == KEY_ESCAPE then
    return false
  elseif key == KEY_TAB or key == KEY_DOWN or key == KEY_RIGHT then
    moveFocus(1)
  elseif key == KEY_UP or key == KEY_LEFT then
    moveFocus(-1)
  elseif key == KEY_ENTER and self.hits[self.focus] then
    perform(self.hits[self.focus].button)
  elseif key >= string.byte("1") and key <= string.byte("9") then
    for _, hit in ipairs(self.hits) do
      if hit.button.key == string.char(key) then
        perform(hit.button)
        break
      end
    end
  end
  return true
end

local function look(now)
  if now < self.nextView then
    return
  end
  session.panelSeen()
  local asked = session.get("page")
  if asked ~= "" then
    self.page = asked
    session.set("page", "")
  end
  local current = view()
  self.rows = model.rows(current)
  local back = themeColor("col_main_bg2", { 51, 51, 51 })
  local text = themeColor("col_main_text2", { 220, 220, 220 })
  self.colors = draw.palette(back, text)
  local shown = require("json").encode({ rows = self.rows, back = back, text = text })
  if shown ~= self.shown then
    self.shown, self.dirty = shown, true
  end
  self.nextView = now + REFRESH_S
end

local function paint()
  if gfx.w ~= self.w or gfx.h ~= self.h then
    self.w, self.h, self.dirty = gfx.w, gfx.h, true
  end
  if self.dirty then
    self.dirty = false
    local scale = gfx.ext_retina > 1 and gfx.ext_retina or 1
    self.hits, self.height = draw.frame(self.rows, self.colors, UNIT * scale, self.focus, self.scroll)
  end
  gfx.update()
end

local function turn()
  if not keyboard() then
    return false
  end
  mouse()
  look(reaper.time_precise())
  paint()
  return true
end

-- One turn; returns false when the window was closed. An error is tried again later, a lasting one closes the window:
-- REAPER's error window never opens.
function panel.tick()
  local done, open = pcall(turn)
  if done then
    self.errors = 0
    return open
  end
  self.errors = self.errors + 1
  if self.errors == MAX_ERRORS then
    pcall(reaper.ShowConsoleMsg, "Fresh Ears: the panel was closed by an error: " .. tostring(open) .. "\n")
  end
  return self.errors < MAX_ERRORS
end

function panel.stop()
  pcall(function()
    local dock, x, y = gfx.dock(-1, 0, 0)
    local place = {}
    for i, value in ipairs({ dock, x, y, gfx.w, gfx.h }) do
      place[i] = string.format("%d", math.floor(value))
    end
    reaper.SetExtState("FreshEars", "panel_place", table.concat(place, " "), true)
    session.set("panel_at", "")
  end)
  gfx.quit()
end

-- Open the window where it was last time.
function panel.start()
  local place = session.get("panel_place")
  local dock, x, y, w, h = place:match("^(%-?%d+) (%-?%d+) (%-?%d+) (%d+) (%d+)$")
  gfx.ext_retina = 1 -- ask for the screen's own pixels
  gfx.init("Fresh Ears", tonumber(w) or 420, tonumber(h) or 360, tonumber(dock) or 0, tonumber(x) or 120,
    tonumber(y) or 120)
  self = {
    reader = mailbox.boardReader(), page = "", hits = {}, rows = {}, focus = 1, scroll = 0,
    height = 0, nextView = 0, dirty = true, down = false, errors = 0,
  }
end

return panel
