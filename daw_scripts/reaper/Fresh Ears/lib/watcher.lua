-- The resident part: publishes the state of the session, lights the toolbar button, opens the panel for a warning.
--
-- Cost, per second, with n effects on the master and nothing changing: 30 calls for the clock, 2 x (13 + 2n) to see
-- that nothing changed, 1 heartbeat of about 20 + 9n calls every ten seconds at most, 7 short file reads, 1 file write.

local bridge = require("bridge")
local json = require("json")
local mailbox = require("mailbox")
local session = require("session")
local speech = require("speech")
local state = require("state")
local wiring = require("bus.wiring")

local watcher = {}

local SCAN_S = 0.5
local BOARD_S = 0.2
local BEAT_S = 1.0
local FULL_SCAN_S = 10 -- the wet knob and the inside of containers do not change the fingerprint
local RETRY_S = 5
local OTHER_ALIVE_S = 4

local self

-- Another REAPER with the same resource folder writes here already: stay quiet, look again later.
local function anotherIsAlive()
  local instance, at = mailbox.otherWriter()
  return instance ~= nil and instance ~= self.instance and at ~= nil and math.abs(os.time() - at) < OTHER_ALIVE_S
end

local function publish(now)
  self.seq = self.seq + 1
  mailbox.writeState({
    at = os.time(), instance = self.instance, seq = self.seq, running = true,
    problem = self.problem or "", panel = session.panelOpen(),
  }, self.body)
  self.nextBeat = now + BEAT_S
end

local function scan(now)
  wiring.look(now)
  local fingerprint = state.fingerprint()
  if fingerprint ~= self.fingerprint or now >= self.nextFull then
    self.fingerprint = fingerprint
    self.nextFull = now + FULL_SCAN_S
    self.current = state.read()
    self.body = json.encode(self.current) -- once per change: a heartbeat costs the same with any number of effects
    publish(now)
  end
end

-- Light the panel's toolbar button while something waits for an answer.
local function light(on)
  if self.lit == on then
    return
  end
  self.lit = on
  local command = session.command("panel")
  if command ~= 0 then
    reaper.SetToggleCommandState(0, command, on and 1 or 0)
    reaper.RefreshToolbar2(0, command)
  end
end

-- A notice that asks for a window gets the panel, once, and never while the transport rolls.
local function interrupt(notices)
  if self.current.transport ~= "stopped" then
    return
  end
  for _, notice in ipairs(notices) do
    if notice.interrupt and notice.key and not self.shown[notice.key] then
      if session.openPanel() then
        self.shown[notice.key] = true
      end
    end
  end
end

local function lookAtBoard()
  local reader = self.reader
  reader.poll()
  local board = reader.alive() and reader.board
  local about = board and self.current and board.project_path == self.current.project.path
  local notices = about and board.notices or {}
  light(#notices > 0)
  if about and type(board.wiring_key) == "string" and type(board.bus_tracks) == "table" then
    if wiring.answer(reaper.EnumProjects(-1), board.wiring_key, board.bus_tracks) then
      self.nextScan = 0
    end
  end
  if self.current then
    self.listener.hear(about and board or nil, self.current.transport ~= "stopped")
    interrupt(notices)
  end
end

local function step(now)
  if now < self.waitUntil then
    return
  end
  if now >= self.nextScan then
    if anotherIsAlive() then
      self.waitUntil = now + RETRY_S
      return
    end
    self.nextScan = now + SCAN_S
    scan(now)
  end
  if wiring.step() then
    self.nextScan = now
  end
  if now >= self.nextBoard then
    self.nextBoard = now + BOARD_S
    lookAtBoard()
  end
  if self.current and now >= self.nextBeat then
    publish(now)
  end
end

-- One turn. An error is written down and tried again later; REAPER's error window never opens.
function watcher.tick()
  local done, problem = pcall(function()
    local now = reaper.time_precise()
    local worked, why = pcall(step, now)
    if not worked then
      self.waitUntil = now + RETRY_S
      error(why, 0)
    end
  end)
  if not done then
    self.problem = tostring(problem)
  end
end

-- Say goodbye, so that the bridge can tell quitting from a crash.
function watcher.stop()
  pcall(function()
    if self and self.current then
      mailbox.writeState({
        at = os.time(), instance = self.instance, seq = self.seq, running = false, problem = "", panel = false,
      }, self.body)
      light(false)
    end
  end)
end

function watcher.start()
  mailbox.prepare()
  local now = reaper.time_precise()
  self = {
    instance = string.format("%08x%06x", os.time(), math.floor(now * 1000) % 0x1000000),
    seq = 0, nextScan = now, nextBoard = now, nextBeat = now, nextFull = now, waitUntil = now,
    shown = {}, reader = mailbox.boardReader(), lit = false, listener = speech.listener(),
  }
  self.reader.poll()
  if not self.reader.alive() then
    bridge.start()
  end
end

return watcher
