ardour {
  ["type"] = "EditorHook",
  name = "Fresh Ears: watch",
  author = "Fresh Ears",
  description = [[Tells Fresh Ears what is on the master bus and on what leads into it, and when an export is finished. It changes nothing.]]
}

function signals ()
  local set = LuaSignal.Set ()
  set:add ({ [LuaSignal.LuaTimerS] = true, [LuaSignal.Exported] = true })
  return set
end

function factory ()
  --@include mailbox
  --@include strips
  --@include routing
  --@include dual_print
  --@include sources

  local version = "0.1.0"
  local helloEvery, sinceHello = 10, 0 -- seconds
  local longestName = 200
  local mostPlugins = 64
  local kinds = { [0] = "AU", [1] = "LADSPA", [2] = "LV2", [3] = "VST", [4] = "VST", [5] = "VST", [6] = "Lua", [7] = "VST3" }

  local function short (text)
    text = tostring (text or "")
    return #text > longestName and text:sub (1, longestName) or text
  end

  -- Every plug-in of a strip, in order, as flat values: name, the plug-in's own name, kind, enabled, id.
  local function chainOf (route)
    local values = {}
    if route:isnil () then return values end
    for i = 0, mostPlugins - 1 do
      local processor = route:nth_plugin (i)
      if processor:isnil () then break end
      local insert = processor:to_insert ()
      local plugin, kind = "", ""
      if not insert:isnil () then
        plugin = insert:plugin (0):name ()
        kind = kinds[insert:type ()] or ""
      end
      values[#values + 1] = short (processor:display_name ())
      values[#values + 1] = short (plugin)
      values[#values + 1] = kind
      values[#values + 1] = processor:active () and 1 or 0
      values[#values + 1] = processor:to_stateful ():id ():to_s ()
    end
    return values
  end

  local function transport ()
    if Session:actively_recording () then return "recording" end
    return Session:transport_rolling () and "playing" or "stopped"
  end

  -- A dual print that never came to its end leaves a note; returns its mark when processors of this session are off.
  local function unfinishedPrint ()
    local ids, mark = leftOff ()
    if not ids or Session:engine ():freewheeling () then return "" end
    if #ids > 0 then return mark end
    os.remove (folder .. "dual_print.txt") -- everything is on again: there is nothing to repair
    return ""
  end

  local function sendState ()
    local master, monitor = Session:master_out (), Session:monitor_out ()
    local chain, monitors = chainOf (master), chainOf (monitor)
    local values = {
      1, ARDOUR.user_config_directory (-1), Session:path (), short (Session:name ()), short (Session:snap_name ()),
      Session:get_tracks ():size (), transport (), Session:engine ():freewheeling () and 1 or 0,
      master:isnil () and "" or short (master:name ()), unfinishedPrint (), #chain // 5
    }
    for _, value in ipairs (chain) do values[#values + 1] = value end
    values[#values + 1] = #monitors // 5
    for _, value in ipairs (monitors) do values[#values + 1] = value end
    local files = filesPlayed ()
    values[#values + 1] = #files
    for _, path in ipairs (files) do values[#values + 1] = path end
    local types = "issssisissi" .. ("sssis"):rep (#chain // 5) .. "i" .. ("sssis"):rep (#monitors // 5)
      .. "i" .. ("s"):rep (#files)
    send ("state", types, table.unpack (values))
  end

  -- What stands on the strips before the master that the bridge asks for, one message each.
  local function sendBuses ()
    for _, route in ipairs (askedStrips ()) do
      local chain = chainOf (route)
      send ("bus", "issi" .. ("sssis"):rep (#chain // 5), 1, Session:path (), idOf (route), #chain // 5, table.unpack (chain))
    end
  end

  -- Says the version, now and then: a bridge that was updated notices scripts that were not.
  local function sayHello ()
    if sinceHello == 0 then send ("hello", "s", version) end
    sinceHello = (sinceHello + 1) % helloEvery
  end

  return function (signal, _, ...)
    -- A hook that raises is removed by Ardour, so nothing may leave this function.
    local name, path = ...
    pcall (function ()
      if signal == LuaSignal.Exported then
        send ("exported", "ssss", tostring (name), tostring (path), Session:path (), Session:name ())
      else
        sendState ()
      end
    end)
    if signal ~= LuaSignal.Exported then
      pcall (sayHello)
      pcall (sendBuses)
      pcall (tellRouting)
    end
  end
end
