ardour {
  ["type"] = "EditorAction",
  name = "Fresh Ears: master this",
  author = "Fresh Ears",
  description = [[Bounces the session (or takes its last bounce), asks once for intent and target, and has Fresh Ears make the master. The session is not changed.]]
}

function factory ()
  --@include mailbox
  --@include panel
  --@include choices
  --@include bounce

  local function ask (panel)
    local last = panel.last_bounce_path or ""
    local sources, chosen = { { text = "Bounce the session now", value = "" } }, ""
    if last ~= "" then
      sources[2] = { text = "The last bounce: " .. ARDOUR.LuaAPI.path_get_basename (last), value = last }
      -- A master that waits (for rest, or for the sheet) is made when it is asked for again.
      for _, notice in ipairs (panel.notices) do
        if notice.kind == "master-waits" and notice.about == last then chosen = last end
      end
    end
    return LuaDialog.Dialog ("Fresh Ears: master this", {
      choiceField ("dropdown", "source", "From", sources, chosen),
      choiceField ("dropdown", "intent", "What to protect", plainChoices (panel.intents, panel.intent_titles), panel.intent),
      choiceField ("dropdown", "target", "Made for", plainChoices (panel.targets, panel.target_titles), panel.target),
      { type = "label", title = "Nothing in the session changes. Fresh Ears tells you when the master is there.", align = "left" },
    }):run ()
  end

  return function ()
    if FreshEarsOpen then return end
    FreshEarsOpen = true
    local ok, problem = pcall (function ()
      local panel = askPanel ()
      if not panel then return sayNoBridge () end
      local chosen = ask (panel)
      if not chosen then return end
      local path = chosen["source"]
      if path == "" then
        if not mayBounce (panel.before_bounce) then return end
        local plan = bouncePlan (panel)
        local reason
        path, reason = export (plan.name, plan)
        if not path then return say ("Fresh Ears: no bounce", reason, LuaDialog.MessageType.Warning) end
        tellBounce (panel, path, plan.name, "bounce", "")
      end
      send ("master", "ssss", Session:path (), path, chosen["intent"] or "", chosen["target"] or "")
    end)
    FreshEarsOpen = nil
    if not ok then complain (problem) end
  end
end
