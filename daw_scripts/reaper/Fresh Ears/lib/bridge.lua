-- Start the bridge when it is installed and not running; say how to get it otherwise.

local json = require("json")
local files = require("files")
local mailbox = require("mailbox")

local bridge = {}

local NOT_INSTALLED = "Fresh Ears for REAPER needs its bridge, a small program beside REAPER. "
  .. "Install it with:  uv tool install fresh-ears   (or pipx install fresh-ears), "
  .. "then run:  freshears install reaper"
local START_WAIT_S = 20

local startedAt

-- The command the installer wrote down, quoted for ExecProcess, with another last word where one is given; nil when
-- there is none.
local function command(last)
  local text = files.read(mailbox.folder() .. "/bridge.json", 16384)
  local info = text and json.decode(text)
  if type(info) ~= "table" or type(info.command) ~= "table" or #info.command == 0 then
    return nil
  end
  local words = {}
  if last and #info.command > 1 then
    info.command[#info.command] = last
  end
  for i, word in ipairs(info.command) do
    if type(word) ~= "string" or word:find('["%c]') then
      return nil
    end
    words[i] = '"' .. word .. '"'
  end
  return table.concat(words, " ")
end

-- Whether it can be started from here.
function bridge.installed()
  return command() ~= nil
end

-- Start it, at most once in a while. Returns a sentence for the person.
function bridge.start()
  local now = reaper.time_precise()
  if startedAt and now - startedAt < START_WAIT_S then
    return "Fresh Ears is starting."
  end
  local words = command()
  if not words then
    return NOT_INSTALLED
  end
  startedAt = now
  reaper.ExecProcess(words, -1) -- -1: do not wait, no window
  return "Fresh Ears is starting."
end

-- Open the page in the person's browser: a running bridge gives a link that its browser keeps. Returns a sentence.
function bridge.openPage()
  local words = command("open")
  if not words then
    return NOT_INSTALLED
  end
  reaper.ExecProcess(words, -1)
  return "The page opens in your browser."
end

-- A sentence for a board that is missing, old or of another version.
function bridge.explain(problem)
  if problem == "version" then
    return "These scripts and the bridge are of different versions. Run:  freshears install reaper"
  elseif command() then
    return "Fresh Ears is not running. Press Start it."
  end
  return NOT_INSTALLED
end

return bridge
