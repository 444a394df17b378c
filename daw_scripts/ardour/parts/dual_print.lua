-- The note of a dual print, kept in a file from before the first processor is switched off until all are on again,
-- so that a crash in between can be repaired.
local function busProcessor (id)
  for strip in Session:get_routes ():iter () do -- all: a repair does not hang on what the bridge asks for now
    for i = 0, 63 do
      local processor = strip:nth_plugin (i)
      if processor:isnil () then break end
      if processor:to_stateful ():id ():to_s () == id then return processor end
    end
  end
  return nil
end

local function writeNote (ids)
  local file = io.open (folder .. "dual_print.tmp", "w")
  if not file then return false end
  file:write ("session\t" .. escape (Session:path ()) .. "\n")
  file:write ("mark\t" .. os.time () .. "\n")
  for _, id in ipairs (ids) do file:write ("processor\t" .. id .. "\n") end
  file:close ()
  os.remove (folder .. "dual_print.txt")
  return (os.rename (folder .. "dual_print.tmp", folder .. "dual_print.txt"))
end

-- Returns the ids of the processors that a broken dual print of this session left switched off.
local function leftOff ()
  local lines = readLines ("dual_print.txt")
  if not lines or not lines[2] or lines[1][2] ~= Session:path () then return nil end
  local ids = {}
  for _, line in ipairs (lines) do
    local processor = line[1] == "processor" and busProcessor (line[2])
    if processor and not processor:active () then ids[#ids + 1] = line[2] end
  end
  return ids, lines[2][2]
end

local function switchOn (ids)
  for _, id in ipairs (ids) do
    local processor = busProcessor (id)
    if processor then processor:activate () end
  end
end

local function offerRepair ()
  local ids, mark = leftOff ()
  if not ids then return end
  send ("shown", "ss", Session:path (), "repair-" .. escape (mark))
  if #ids > 0 then
    local question = LuaDialog.Message ("Fresh Ears",
      "A dual print did not come to its end, and " .. #ids .. " of the bus's processors are still switched off.\n\n"
      .. "Switch them on again?", LuaDialog.MessageType.Question, LuaDialog.ButtonType.Yes_No)
    if question:run () ~= LuaDialog.Response.Yes then return end
    switchOn (ids)
  end
  os.remove (folder .. "dual_print.txt")
end
