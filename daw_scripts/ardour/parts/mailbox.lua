-- Talks with the bridge: OSC out, small text files in. The files are read as data, never as Lua.
-- A line is: key, tab, value, tab, value ...; a tab, a line end and a backslash inside a value are written \t \n \\.
local folder = ARDOUR.user_config_directory (-1) .. "/freshears/"

local function unescape (text)
  return (text:gsub ("\\(.)", function (c)
    if c == "t" then return "\t" elseif c == "n" then return "\n" else return c end
  end))
end

local function escape (text)
  return (tostring (text):gsub ("[\\\t\n\r]", { ["\\"] = "\\\\", ["\t"] = "\\t", ["\n"] = "\\n", ["\r"] = " " }))
end

-- Returns a list of lines, each a list of values; nil when the file is not there.
local function readLines (name)
  local file = io.open (folder .. name, "r")
  if not file then return nil end
  local lines = {}
  for line in file:lines () do
    local values = {}
    for value in (line .. "\t"):gmatch ("([^\t]*)\t") do
      values[#values + 1] = unescape (value)
    end
    lines[#lines + 1] = values
    if #lines >= 2000 then break end
  end
  file:close ()
  return lines
end

-- Returns where the bridge listens, and how our messages begin: with the key that only we two can read.
local function bridgePort ()
  local known = {}
  for _, line in ipairs (readLines ("bridge.txt") or {}) do
    known[line[1]] = line[2]
  end
  return math.tointeger (tonumber (known.port)), "/freshears/ardour/" .. (known.key and known.key .. "/" or "")
end

-- Sends one message; false when no bridge has said that it is there. Nobody knows whether it arrives: this is UDP.
local function send (address, types, ...)
  local port, prefix = bridgePort ()
  if not port then return false end
  local bridge = ARDOUR.LuaOSC.Address ("osc.udp://127.0.0.1:" .. port)
  bridge:send (prefix .. address, types, ...)
  return true
end
