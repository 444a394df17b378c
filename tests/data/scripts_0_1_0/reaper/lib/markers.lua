-- The faults of the last bounce as markers in the project; pressing again takes them away. One undo step each.

local markers = {}

local PREFIX = "Fresh Ears: "
local RED = { 208, 64, 48 }

-- The numbers of the markers that are ours.
local function ours(project)
  local numbers, index = {}, 0
  while true do
    local next, isRegion, _, _, name, number = reaper.EnumProjectMarkers3(project, index)
    if next == 0 then
      return numbers
    end
    if not isRegion and name:sub(1, #PREFIX) == PREFIX then
      numbers[#numbers + 1] = number
    end
    index = next
  end
end

local function inOneUndo(project, name, call)
  reaper.Undo_BeginBlock2(project)
  local done, problem = pcall(call)
  reaper.Undo_EndBlock2(project, name, 8) -- 8: markers
  if not done then
    error(problem, 0)
  end
end

-- Returns how many markers were added, or minus the number that was taken away.
function markers.toggle(project, faults)
  local present = ours(project)
  if #present > 0 then
    inOneUndo(project, "Fresh Ears: remove fault markers", function()
      for _, number in ipairs(present) do
        reaper.DeleteProjectMarker(project, number, false)
      end
    end)
    return -#present
  end
  if #faults == 0 then
    return 0
  end
  local color = reaper.ColorToNative(RED[1], RED[2], RED[3]) | 0x1000000
  inOneUndo(project, "Fresh Ears: faults as markers", function()
    for _, fault in ipairs(faults) do
      reaper.AddProjectMarker2(project, false, fault.at_s, 0, PREFIX .. fault.text, -1, color)
    end
  end)
  return #faults
end

return markers
