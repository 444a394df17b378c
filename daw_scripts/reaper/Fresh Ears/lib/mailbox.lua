-- The mailbox: a folder through which these scripts and the bridge talk.
--   state.json      written here: everything the bridge should know, always the whole of it
--   busy.json       written here: an action that stops REAPER's scripts is running
--   requests/*.json written here: one thing the person asked for or answered; the bridge removes it
--   board.json      written by the bridge: everything to be shown, always the whole of it

local json = require("json")
local files = require("files")

local mailbox = {}

mailbox.FORMAT = 1
mailbox.SCRIPTS = "0.1.0"

local SECTION = "FreshEars"
local MAX_BOARD_BYTES = 256 * 1024
local BOARD_ALIVE_S = 15 -- the bridge writes its board at least every five seconds

local counter = 0

-- The folder's path: what the installer chose (it must be ASCII on Windows), or a folder beside REAPER's own files.
function mailbox.folder()
  local chosen = reaper.GetExtState(SECTION, "mailbox")
  if chosen ~= "" then
    return chosen
  end
  return reaper.GetResourcePath() .. "/FreshEars"
end

-- Make the folder, remove what an earlier run left half-written.
function mailbox.prepare()
  local folder = mailbox.folder()
  reaper.RecursiveCreateDirectory(folder .. "/requests", 0)
  os.remove(folder .. "/busy.json")
  os.remove(folder .. "/state.json.tmp")
  os.remove(folder .. "/busy.json.tmp")
  local index, stale = 0, {}
  while index < 1000 do
    local name = reaper.EnumerateFiles(folder .. "/requests", index)
    if not name then
      break
    end
    if name:match("%.tmp$") then
      stale[#stale + 1] = name
    end
    index = index + 1
  end
  for _, name in ipairs(stale) do
    os.remove(folder .. "/requests/" .. name)
  end
end

local HEAD_BYTES = 128
local MAX_STATE_BYTES = 1024 * 1024
local ownHead -- how the state begins that was written here last

-- Write the state: `beat` changes with every heartbeat, `body` is the JSON of everything else, made once per change.
function mailbox.writeState(beat, body)
  local text = json.joined(json.encode(beat), body)
  local wrote, why = files.write(mailbox.folder() .. "/state.json", text)
  if wrote then
    ownHead = text:sub(1, HEAD_BYTES)
  end
  return wrote, why
end

-- The instance of somebody else who writes the state, and when it last did; nil when nobody does.
-- Whether the state is still ours its first bytes tell, so that it is read through only when it is not.
function mailbox.otherWriter()
  local path = mailbox.folder() .. "/state.json"
  local head = files.head(path, HEAD_BYTES)
  if not head or head == ownHead then
    return nil
  end
  local text = files.read(path, MAX_STATE_BYTES)
  local state = text and json.decode(text)
  if type(state) ~= "table" or state.running == false or type(state.instance) ~= "string" then
    return nil
  end
  return state.instance, tonumber(state.at)
end

-- Say that scripts stand still until `mailbox.free`, so that silence is not taken for a crash.
function mailbox.busy(what)
  reaper.RecursiveCreateDirectory(mailbox.folder(), 0)
  return files.write(mailbox.folder() .. "/busy.json", json.encode({
    format = mailbox.FORMAT, what = what, since = os.time(),
  }))
end

function mailbox.free()
  os.remove(mailbox.folder() .. "/busy.json")
end

-- Ask the bridge for something. `fields` must not hold `id`, `kind` or `format`. Returns the request's id.
function mailbox.request(kind, fields)
  counter = counter + 1
  local id = string.format("%08x-%06x-%04x", os.time(), math.floor(reaper.time_precise() * 1000) % 0x1000000, counter)
  local request = { format = mailbox.FORMAT, id = id, kind = kind, at = os.time() }
  for key, value in pairs(fields or {}) do
    request[key] = value
  end
  local folder = mailbox.folder() .. "/requests"
  reaper.RecursiveCreateDirectory(folder, 0)
  local wrote, why = files.write(folder .. "/" .. id .. ".json", json.encode(request))
  if not wrote then
    return nil, why
  end
  return id
end

-- A reader of the board that parses it only when it has changed.
function mailbox.boardReader()
  local reader = { board = nil, problem = nil, head = nil }

  -- Returns true when there is a new board in `reader.board` (or a new `reader.problem`).
  function reader.poll()
    local path = mailbox.folder() .. "/board.json"
    local head = files.head(path, 64) -- holds the serial number
    if head == reader.head then
      return false
    end
    local text, why = files.read(path, MAX_BOARD_BYTES)
    local board = text and json.decode(text)
    if head and type(board) ~= "table" then
      local problem = why or "the bridge's message cannot be read"
      local changed = problem ~= reader.problem
      reader.problem = problem -- keep the last board; the next write repairs it
      return changed
    end
    reader.head = head
    if board and board.format ~= mailbox.FORMAT then
      reader.board, reader.problem = nil, "version"
      return true
    end
    reader.board, reader.problem = board, nil
    return true
  end

  -- Whether the bridge has written lately.
  function reader.alive()
    local at = reader.board and tonumber(reader.board.at)
    return at ~= nil and math.abs(os.time() - at) <= BOARD_ALIVE_S
  end

  return reader
end

-- Read the board once, for scripts that do not stay.
function mailbox.readBoard()
  local reader = mailbox.boardReader()
  reader.poll()
  return reader.board, reader.alive(), reader.problem
end

return mailbox
