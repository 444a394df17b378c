ardour {
  ["type"] = "EditorAction",
  name = "Fresh Ears: hand-off sheet",
  author = "Fresh Ears",
  description = [[A few lines for whoever masters this, which may be you tomorrow: what to protect, what worries you, what it should stand beside.]]
}

function factory ()
  --@include mailbox
  --@include panel
  --@include choices

  return function ()
    if FreshEarsOpen then return end
    FreshEarsOpen = true
    local ok, problem = pcall (function ()
      local panel = askPanel ()
      if not panel then return sayNoBridge () end
      local sheet = LuaDialog.Dialog ("Fresh Ears: hand-off sheet", {
        { type = "heading", title = panel.song ~= "" and panel.song or Session:name (), align = "left" },
        choiceField ("radio", "intent", "Intent", plainChoices (panel.intents, panel.intent_titles), panel.intent),
        { type = "entry", key = "survive", title = "What must survive", default = panel.sheet_survive or "" },
        { type = "entry", key = "references", title = "References", default = panel.sheet_references or "" },
        { type = "entry", key = "worries", title = "Worries", default = panel.sheet_worries or "" },
        { type = "checkbox", key = "complete", title = "It is complete, not perfect", default = panel.sheet_complete == "1" },
      }):run ()
      if not sheet then return end
      send ("handoff", "sssssi", Session:path (), tostring (sheet["intent"] or ""), sheet["survive"], sheet["references"],
        sheet["worries"], sheet["complete"] and 1 or 0)
    end)
    FreshEarsOpen = nil
    if not ok then complain (problem) end
  end
end
