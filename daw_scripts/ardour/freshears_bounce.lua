ardour {
  ["type"] = "EditorAction",
  name = "Fresh Ears: bounce for mastering",
  author = "Fresh Ears",
  description = [[Exports the whole session through the master bus as a 32-bit float file with its full tail, under the next free name "Song – bounce N", and hands it to Fresh Ears.]]
}

function factory ()
  --@include mailbox
  --@include panel
  --@include bounce

  local function offerSave (plan, panel)
    local due = panel and panel.rest_after_bounce or ""
    local text = plan.name .. " is in " .. plan.dir .. ".\n"
    if due ~= "" then text = text .. "\n" .. wrap (due, 70) .. "\n" end
    if not panel then text = text .. "\nFresh Ears is not running; it will look at this file when it starts.\n" end
    local question = LuaDialog.Message ("Fresh Ears: bounced", text .. "\nSave the session as it is now?",
      LuaDialog.MessageType.Question, LuaDialog.ButtonType.Yes_No)
    if question:run () == LuaDialog.Response.Yes then Session:save_state ("", false, false, false) end
  end

  return function ()
    if FreshEarsOpen then return end
    FreshEarsOpen = true
    local ok, problem = pcall (function ()
      local panel = askPanel ()
      if not mayBounce (panel and panel.before_bounce) then return end
      local plan = bouncePlan (panel)
      local path, reason = export (plan.name, plan)
      if not path then return say ("Fresh Ears: no bounce", reason, LuaDialog.MessageType.Warning) end
      tellBounce (panel, path, plan.name, "bounce", "")
      offerSave (plan, panel)
    end)
    FreshEarsOpen = nil
    if not ok then complain (problem) end
  end
end
