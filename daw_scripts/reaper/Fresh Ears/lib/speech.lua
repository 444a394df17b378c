-- Speaks through OSARA, the extension by which REAPER is used with a screen reader, where it is there.

local speech = {}

local OUTPUT = "osara_outputMessage"

-- Say a text; nothing happens without OSARA.
function speech.say(text)
  if text ~= "" then
    pcall(function() -- a voice that fails must not take the rest along
      if reaper.APIExists(OUTPUT) then
        reaper[OUTPUT](text)
      end
    end)
  end
end

-- A listener that says what a board says anew: a notice once, a verdict when it is another one than before.
-- What was there when it began to listen to a project is old, but for notices: they are said once.
function speech.listener()
  local listener = { project = nil, verdict = "", said = {} }

  -- Hear a board about the project in front (nil: none now). While it rolls nothing is spoken; it is afterwards.
  function listener.hear(board, rolling)
    if not board or rolling then
      return
    end
    if board.project_path ~= listener.project then
      listener.project, listener.verdict = board.project_path, board.verdict or ""
    end
    for _, notice in ipairs(board.notices or {}) do
      if notice.key and not listener.said[notice.key] then
        listener.said[notice.key] = true
        speech.say("Fresh Ears: " .. (notice.title or "") .. ". " .. (notice.text or ""):gsub("%s*\n%s*", " "))
      end
    end
    local verdict = board.verdict or ""
    if verdict ~= listener.verdict then
      listener.verdict = verdict
      local lines = { "Fresh Ears: " .. verdict, table.unpack(board.verdict_lines or {}) }
      speech.say(verdict ~= "" and table.concat(lines, ". ") or "")
    end
  end

  return listener
end

return speech
