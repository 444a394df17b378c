ardour {
  ["type"] = "EditorAction",
  name = "Fresh Ears: master this",
  author = "Fresh Ears",
  description = [[Bounces the session (or takes its last bounce), asks once for intent and target, and has Fresh Ears make the master. The session is not changed.]]
}

function factory ()
  --@include mailbox
  --@include board
  --@include bounce

  local function choices (list)
    local values = {}
    for _, item in ipairs (list) do values[item] = item end
    return values
  end

  local function ask (board)
    local last = board.last_bounce or ""
    local now = "Bounce the session now"
    local sources, default = { [now] = "" }, now
    if last ~= "" then
      local label = "The last bounce: " .. ARDOUR.LuaAPI.path_get_basename (last)
      sources[label] = last
      -- A master that waits (for rest, or for the sheet) is made when it is asked for again.
      for _, notice in ipairs (board.notices) do
        if notice.key == "waits:" .. last then default = label end
      end
    end
    return LuaDialog.Dialog ("Fresh Ears: master this", {
      { type = "dropdown", key = "source", title = "From", values = sources, default = default },
      { type = "dropdown", key = "intent", title = "What to protect", values = choices (board.intents), default = board.intent },
      { type = "dropdown", key = "target", title = "Made for", values = choices (board.targets), default = board.target },
      { type = "label", title = "Nothing in the session changes. Fresh Ears tells you when the master is there.", align = "left" },
    }):run ()
  end

  return function ()
    if FreshEarsOpen then return end
    FreshEarsOpen = true
    local ok, problem = pcall (function ()
      local board = askBoard ()
      if not board then return sayNoBridge () end
      local chosen = ask (board)
      if not chosen then return end
      local path = chosen["source"]
      if path == "" then
        if not mayBounce (board) then return end
        local name = bounceName (board)
        local reason
        path, reason = export (name, bounceFolder (board))
        if not path then return say ("Fresh Ears: no bounce", reason, LuaDialog.MessageType.Warning) end
        tellBounce (path, name, "bounce", "")
      end
      send ("master", "ssss", Session:path (), path, chosen["intent"] or "", chosen["target"] or "")
    end)
    FreshEarsOpen = nil
    if not ok then complain (problem) end
  end
end
