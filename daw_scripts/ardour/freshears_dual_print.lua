ardour {
  ["type"] = "EditorAction",
  name = "Fresh Ears: dual print",
  author = "Fresh Ears",
  description = [[Exports the session twice, with and without the processors of the master bus, so that what the bus adds can be measured. The processors are switched on again whatever happens.]]
}

function factory ()
  --@include mailbox
  --@include panel
  --@include bounce
  --@include strips
  --@include dual_print

  -- The processors at work on the strips everything passes through, and on the master.
  local function activeIds ()
    local ids, strips = {}, askedStrips ()
    strips[#strips + 1] = Session:master_out ()
    for _, strip in ipairs (strips) do
      for i = 0, 63 do
        local processor = strip:isnil () and strip or strip:nth_plugin (i)
        if processor:isnil () then break end
        if processor:active () then ids[#ids + 1] = processor:to_stateful ():id ():to_s () end
      end
    end
    return ids
  end

  -- The dry one: everything off, export, everything on again, also when the export raises.
  local function exportDry (plan, ids)
    if not writeNote (ids) then return nil, "The note for repairs could not be written; nothing was switched off." end
    for _, id in ipairs (ids) do busProcessor (id):deactivate () end
    local ok, path, reason = pcall (export, plan.dry, plan)
    switchOn (ids)
    os.remove (folder .. "dual_print.txt")
    if not ok then return nil, tostring (path) end
    return path, reason
  end

  local function print2 ()
    local panel = askPanel ()
    if not mayBounce (panel and panel.before_dual_print) then return end
    local plan = bouncePlan (panel)
    local ids = activeIds ()
    if #ids == 0 then
      return say ("Fresh Ears", "No processor is switched on on the master bus: both prints would be the same.")
    end
    local wet, reason = export (plan.name, plan)
    if wet then
      tellBounce (panel, wet, plan.name, "print-wet", plan.name)
      local dry
      dry, reason = exportDry (plan, ids)
      if dry then
        tellBounce (panel, dry, plan.dry, "print-dry", plan.name)
        return say ("Fresh Ears: dual print", plan.name .. " is in " .. plan.dir .. ", with the master bus and without it (dry).\n\n"
          .. "Fresh Ears measures what the bus adds.")
      end
    end
    say ("Fresh Ears: no dual print", reason or "", LuaDialog.MessageType.Warning)
  end

  return function ()
    if FreshEarsOpen then return end
    FreshEarsOpen = true
    local ok, problem = pcall (function ()
      offerRepair ()
      print2 ()
    end)
    FreshEarsOpen = nil
    if not ok then complain (problem) end
  end
end
