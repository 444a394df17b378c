-- JSON, as much of it as the mailbox needs: strict, bounded, no metatables left on decoded tables.

local json = {}

local MAX_DEPTH = 32

local arrayMark = {}

-- Mark a table as a list, so that an empty one is written as [] and not as {}.
function json.array(list)
  return setmetatable(list, arrayMark)
end

local ESCAPES = {
  ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f",
  ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t",
}

-- Plug-in names are whatever their makers wrote: bytes that are not UTF-8 become question marks.
local function encodeString(text)
  if not utf8.len(text) then
    text = text:gsub("[\128-\255]", "?")
  end
  local escaped = text:gsub('[%c"\\\127]', function(char)
    return ESCAPES[char] or string.format("\\u%04x", char:byte())
  end)
  return '"' .. escaped .. '"'
end

local function encodeNumber(value)
  if value ~= value or value == math.huge or value == -math.huge then
    return "null"
  end
  if math.type(value) == "integer" then
    return string.format("%d", value)
  end
  -- The C library may write a decimal comma in some locales.
  return (string.format("%.17g", value):gsub(",", "."))
end

local encodeValue

local function encodeTable(value, depth)
  if depth > MAX_DEPTH then
    error("json: nested too deeply")
  end
  local parts = {}
  if getmetatable(value) == arrayMark or #value > 0 then
    for i = 1, #value do
      parts[i] = encodeValue(value[i], depth + 1)
    end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  local keys = {}
  for key in pairs(value) do
    keys[#keys + 1] = tostring(key)
  end
  table.sort(keys)
  for i, key in ipairs(keys) do
    parts[i] = encodeString(key) .. ":" .. encodeValue(value[key], depth + 1)
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

function encodeValue(value, depth)
  local kind = type(value)
  if kind == "string" then
    return encodeString(value)
  elseif kind == "number" then
    return encodeNumber(value)
  elseif kind == "boolean" then
    return tostring(value)
  elseif kind == "table" then
    return encodeTable(value, depth)
  elseif kind == "nil" then
    return "null"
  end
  error("json: cannot write a " .. kind)
end

-- Return the JSON of a value; keys are sorted, so that equal tables give equal texts.
function json.encode(value)
  return encodeValue(value, 1)
end

local UNESCAPES = {
  b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/",
}

local function decodeEscape(text, at)
  local char = text:sub(at, at)
  if UNESCAPES[char] then
    return UNESCAPES[char], at + 1
  end
  local hex = char == "u" and text:match("^%x%x%x%x", at + 1)
  if not hex then
    error("json: bad escape at " .. at)
  end
  local code = tonumber(hex, 16)
  at = at + 5
  if code >= 0xD800 and code < 0xDC00 then
    local low = text:match("^\\u([dD][c-fC-F]%x%x)", at)
    if low then
      code = 0x10000 + ((code - 0xD800) << 10) + (tonumber(low, 16) - 0xDC00)
      at = at + 6
    end
  end
  if code >= 0xD800 and code < 0xE000 then
    code = 0xFFFD
  end
  return utf8.char(code), at
end

local function decodeString(text, at)
  local parts = {}
  at = at + 1
  while true do
    local stop = text:find('["\\\0-\31]', at)
    if not stop then
      error("json: a text never ends")
    end
    parts[#parts + 1] = text:sub(at, stop - 1)
    local char = text:sub(stop, stop)
    if char == '"' then
      return table.concat(parts), stop + 1
    elseif char ~= "\\" then
      error("json: control character in a text at " .. stop)
    end
    parts[#parts + 1], at = decodeEscape(text, stop + 1)
  end
end

local decodeValue

local function skip(text, at)
  return text:find("[^ \t\r\n]", at) or #text + 1
end

local function decodeList(text, at, depth)
  local list = {}
  at = skip(text, at + 1)
  if text:sub(at, at) == "]" then
    return list, at + 1
  end
  while true do
    list[#list + 1], at = decodeValue(text, at, depth + 1)
    at = skip(text, at)
    local char = text:sub(at, at)
    if char == "]" then
      return list, at + 1
    elseif char ~= "," then
      error("json: ',' or ']' expected at " .. at)
    end
    at = skip(text, at + 1)
  end
end

local function decodeObject(text, at, depth)
  local object = {}
  at = skip(text, at + 1)
  if text:sub(at, at) == "}" then
    return object, at + 1
  end
  while true do
    if text:sub(at, at) ~= '"' then
      error("json: name expected at " .. at)
    end
    local key
    key, at = decodeString(text, at)
    at = skip(text, at)
    if text:sub(at, at) ~= ":" then
      error("json: ':' expected at " .. at)
    end
    object[key], at = decodeValue(text, skip(text, at + 1), depth + 1)
    at = skip(text, at)
    local char = text:sub(at, at)
    if char == "}" then
      return object, at + 1
    elseif char ~= "," then
      error("json: ',' or '}' expected at " .. at)
    end
    at = skip(text, at + 1)
  end
end

local WORDS = { ["true"] = true, ["false"] = false }

function decodeValue(text, at, depth)
  if depth > MAX_DEPTH then
    error("json: nested too deeply")
  end
  local char = text:sub(at, at)
  if char == '"' then
    return decodeString(text, at)
  elseif char == "{" then
    return decodeObject(text, at, depth)
  elseif char == "[" then
    return decodeList(text, at, depth)
  end
  local word = text:match("^%a+", at)
  if word == "null" then
    return nil, at + 4
  elseif word and WORDS[word] ~= nil then
    return WORDS[word], at + #word
  end
  local number = text:match("^-?%d+%.?%d*[eE]?[+-]?%d*", at)
  local value = number and tonumber(number)
  if not value then
    error("json: value expected at " .. at)
  end
  return value, at + #number
end

-- Return the value of a JSON text, or nil and the reason.
function json.decode(text)
  local done, value, at = pcall(function()
    local value, at = decodeValue(text, skip(text, 1), 1)
    return value, at
  end)
  if not done then
    return nil, tostring(value)
  elseif skip(text, at) <= #text then
    return nil, "json: text after the value at " .. at
  end
  return value
end

return json
