-- The strips beside the master whose processors the bridge wants to know of.
local function idOf (route)
  return route:to_stateful ():id ():to_s ()
end

-- The strips that the bridge asks for, of this session; the master is none of them.
local function askedStrips ()
  local lines, wanted, strips = readLines ("buses.txt"), {}, {}
  if not lines or not lines[1] or lines[1][2] ~= Session:path () then return strips end
  for _, line in ipairs (lines) do
    if line[1] == "strip" then wanted[line[2]] = true end
  end
  if not next (wanted) then return strips end
  for route in Session:get_routes ():iter () do
    if wanted[idOf (route)] then strips[#strips + 1] = route end
  end
  return strips
end
