-- Render the master mix through the project's own settings, and put every one of them back whatever happens.

local bus = require("bus.strips")
local mailbox = require("mailbox")

local render = {}

local RENDER_WITH_LAST_SETTINGS = 42230 -- renders and closes the window by itself

-- Every render setting a project has. RENDER_TARGETS is derived, RENDER_METADATA is not touched, and RENDER_STATS
-- opens a window when it is read.
local NUMBERS = {
  "RENDER_SETTINGS", "RENDER_BOUNDSFLAG", "RENDER_CHANNELS", "RENDER_SRATE", "RENDER_STARTPOS", "RENDER_ENDPOS",
  "RENDER_TAILFLAG", "RENDER_TAILMS", "RENDER_ADDTOPROJ", "RENDER_DITHER", "RENDER_NORMALIZE",
  "RENDER_NORMALIZE_TARGET", "RENDER_BRICKWALL", "RENDER_FADEIN", "RENDER_FADEOUT", "RENDER_FADEINSHAPE",
  "RENDER_FADEOUTSHAPE", "RENDER_PADSTART", "RENDER_PADEND", "RENDER_TRIMSTART", "RENDER_TRIMEND",
}
local TEXTS = { "RENDER_FILE", "RENDER_PATTERN", "RENDER_FORMAT", "RENDER_FORMAT2", "RENDER_EXTRAFILEDIR" }

-- 32-bit float WAV: nothing is clipped or dithered on the way to mastering.
local WAV_FLOAT = "ZXZhdyAAAQ=="

-- What a bounce for mastering is: the whole project with a tail, stereo, at its own rate, nothing changed.
local MASTERING = {
  RENDER_SETTINGS = 0,
  RENDER_BOUNDSFLAG = 1,
  RENDER_CHANNELS = 2,
  RENDER_SRATE = 0,
  RENDER_TAILFLAG = 2,
  RENDER_ADDTOPROJ = 0,
  RENDER_DITHER = 0,
  RENDER_NORMALIZE = 1 << 18, -- "no post-processing": normalising, limiting, fades, trims, padding are all off
}

local function snapshot(project)
  local saved = { numbers = {}, texts = {} }
  for _, key in ipairs(NUMBERS) do
    saved.numbers[key] = reaper.GetSetProjectInfo(project, key, 0, false)
  end
  for _, key in ipairs(TEXTS) do
    local found, value = reaper.GetSetProjectInfo_String(project, key, "", false)
    saved.texts[key] = found and value or ""
  end
  return saved
end

-- Call until it works, at most three times: a setting that cannot be put back must not keep the next one from it.
local function insist(call)
  local why
  for _ = 1, 3 do
    local done, problem = pcall(call)
    if done then
      return nil
    end
    why = problem
  end
  return tostring(why)
end

local function restore(project, saved)
  local problems = {}
  for _, key in ipairs(NUMBERS) do
    problems[#problems + 1] = insist(function()
      reaper.GetSetProjectInfo(project, key, saved.numbers[key], true)
    end)
  end
  for _, key in ipairs(TEXTS) do
    problems[#problems + 1] = insist(function()
      reaper.GetSetProjectInfo_String(project, key, saved.texts[key], true)
    end)
  end
  return problems
end

local function apply(project, folder, name, tailSeconds)
  for key, value in pairs(MASTERING) do
    reaper.GetSetProjectInfo(project, key, value, true)
  end
  reaper.GetSetProjectInfo(project, "RENDER_TAILMS", tailSeconds * 1000, true)
  reaper.GetSetProjectInfo_String(project, "RENDER_FILE", folder, true)
  reaper.GetSetProjectInfo_String(project, "RENDER_PATTERN", name, true)
  reaper.GetSetProjectInfo_String(project, "RENDER_FORMAT", WAV_FLOAT, true)
  reaper.GetSetProjectInfo_String(project, "RENDER_FORMAT2", "", true)
end

-- The one file REAPER says it would write now; nil when it would ask something, or write none or several.
local function target(project)
  local found, targets = reaper.GetSetProjectInfo_String(project, "RENDER_TARGETS", "", false)
  if not found or targets == "" or targets:find(";", 1, true) then
    return nil
  end
  return targets
end

local function run(project, folder, name, tailSeconds)
  apply(project, folder, name, tailSeconds)
  local path = target(project)
  if not path then
    return nil, "REAPER would not render exactly one file; look at File > Render once"
  elseif reaper.file_exists(path) then
    return nil, path .. " exists already" -- REAPER would open a question
  end
  reaper.Main_OnCommandEx(RENDER_WITH_LAST_SETTINGS, 0, project)
  if not reaper.file_exists(path) then
    return nil, "nothing was rendered (stopped, or no space left)"
  end
  return path
end

-- Render the master mix as `folder/name.wav`, going on for a tail after the project's end. Returns its path, or nil
-- and the reason.
-- While REAPER renders, scripts stand still: the mailbox says so.
function render.print(project, folder, name, tailSeconds)
  local saved = snapshot(project)
  local done, path, why = pcall(function()
    mailbox.busy("render")
    return run(project, folder, name, tailSeconds)
  end)
  local problems = restore(project, saved)
  insist(mailbox.free)
  if not done then
    return nil, "the render failed: " .. tostring(path)
  elseif #problems > 0 then
    return nil, "a render setting could not be put back: " .. problems[1]
  end
  return path, why
end

-- Run `call` with the effects of these strips switched off; they are put back whatever happens.
-- A note that outlives a crash lets the next start offer the repair.
function render.without(strips, projectPath, call)
  local done, result, why = pcall(function()
    reaper.SetExtState("FreshEars", "repair_strips", bus.note(strips), true)
    reaper.SetExtState("FreshEars", "repair", projectPath, true)
    for _, strip in ipairs(strips) do
      bus.switch(strip, false)
    end
    return call()
  end)
  local problem
  for _, strip in ipairs(strips) do
    problem = insist(function()
      bus.switch(strip, true)
    end) or problem
  end
  if problem then
    return nil, "the effects on the bus could not be switched on again: " .. problem
  end
  insist(function()
    reaper.DeleteExtState("FreshEars", "repair", true)
    reaper.DeleteExtState("FreshEars", "repair_strips", true)
  end)
  if not done then
    return nil, tostring(result)
  end
  return result, why
end

return render
