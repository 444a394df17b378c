ardour {
  ["type"] = "EditorAction",
  name = "Fresh Ears: bounce for mastering",
  author = "Fresh Ears",
  description = [[Exports the whole session through the master bus as a 32-bit float file with its full tail, under the next free name "Song – mix N", and hands it to Fresh Ears.]]
}

function factory ()
  --@include mailbox
  --@include board
  --@include bounce

  local function offerSave (name, dir, board)
    local due = board and board.rest_after_bounce or ""
    local text = name .. " is in " .. dir .. ".\n"
    if due ~= "" then text = text .. "\n" .. wrap (due, 70) .. "\n" end
    if not board then text = text .. "\nFresh Ears is not running; it will look at this file when it starts.\n" end
    local question = LuaDialog.Message ("Fresh Ears: bounced", text .. "\nSave the session as it is now?",
      LuaDialog.MessageType.Question, LuaDialog.ButtonType.Yes_No)
    if question:run () == LuaDialog.Response.Yes then Session:save_state ("", false, false, false) end
  end

  return function ()
    if FreshEarsOpen then return end
    FreshEarsOpen = true
    local ok, problem = pcall (function ()
      local board = askBoard ()
      if not mayBounce (board) then return end
      local dir, name = bounceFolder (board), bounceName (board)
      local path, reason = export (name, dir)
      if not path then return say ("Fresh Ears: no bounce", reason, LuaDialog.MessageType.Warning) end
      tellBounce (path, name, "bounce", "")
      offerSave (name, dir, board)
    end)
    FreshEarsOpen = nil
    if not ok then complain (problem) end
  end
end
