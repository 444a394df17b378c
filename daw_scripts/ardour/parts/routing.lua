-- How the session is wired and what lies on its tracks, for the bridge, which knows what to make of it. Which strip goes
-- where is asked port by port, a few hundred questions a second.
local mostRoutes, mostQuestions, longSeconds, mostMuted = 300, 400, 60, 20
local routingNow, routingNext

local function firstInput (route)
  local io = route:input ()
  return io:n_ports ():n_audio () > 0 and io:audio (0):name () or nil
end

-- Everything a strip may be connected to, master and hardware first: buses, and tracks, which may be fed as well.
local function placesToGo (routes)
  local places = { { id = "hardware", port = "system:playback_1" } }
  for _, route in ipairs (routes) do
    if route.isBus then places[#places + 1] = { id = route.id, port = firstInput (route.route) } end
  end
  local master = Session:master_out ()
  if not master:isnil () then places[#places + 1] = { id = "master", port = firstInput (master) } end
  return places
end

-- The lone region of a track when it is as long as a song: where it begins, how long it is, which file it plays.
local function loneLong (list)
  for region in list:iter () do
    local rate = Session:nominal_sample_rate ()
    local length = region:length ():samples () / rate
    if length < longSeconds or region:to_audioregion ():isnil () then return 0.0, 0.0, "" end
    local path = nil
    for source in region:master_sources ():iter () do
      local file = source:to_filesource ()
      path = path or (file:isnil () and "" or file:path ())
    end
    if path then return region:position ():samples () / rate, length, path end
  end
  return 0.0, 0.0, ""
end

local function describe (route)
  local track = route:to_track ()
  local entry = {
    route = route, id = idOf (route), name = route:name (), isBus = track:isnil (), kind = 0, regions = 0,
    active = route:active () and 1 or 0, start = 0.0, length = 0.0, file = "", to = {}
  }
  if entry.isBus then return entry end
  entry.kind = track:to_midi_track ():isnil () and 1 or 2
  local list = track:playlist ():region_list ()
  entry.regions = list:size ()
  if entry.regions == 1 and entry.kind == 1 then entry.start, entry.length, entry.file = loneLong (list) end
  return entry
end

local function beginReading ()
  local routes = {}
  for route in Session:get_routes ():iter () do
    if not (route:is_master () or route:is_monitor () or route:is_auditioner ()) then
      routes[#routes + 1] = describe (route)
      if #routes > mostRoutes then return { routes = {}, places = {}, at = 1 } end
    end
  end
  return { routes = routes, places = placesToGo (routes), at = 1 }
end

-- Asks where the next strips go; returns true at the end.
local function readOn (reading)
  local asked = 0
  while asked < mostQuestions and reading.at <= #reading.routes do
    local entry = reading.routes[reading.at]
    local io = entry.route:output ()
    for port = 0, math.min (io:n_ports ():n_audio (), 2) - 1 do
      for _, place in ipairs (reading.places) do
        asked = asked + 1
        if place.port and place.id ~= entry.id and not entry.to[place.id] and io:audio (port):connected_to (place.port) then
          entry.to[place.id] = true
        end
      end
    end
    reading.at = reading.at + 1
  end
  return reading.at > #reading.routes
end

local function sendRouting (reading)
  local master = Session:master_out ()
  local muted = not master:isnil () and master:muted ()
  local values = { 1, Session:path (), Session:soloing () and 1 or 0, muted and 1 or 0, #reading.routes }
  local types = "isiii" .. ("ssiiiffss"):rep (#reading.routes)
  for _, entry in ipairs (reading.routes) do
    local to = {}
    for _, place in ipairs (reading.places) do
      if entry.to[place.id] then to[#to + 1] = place.id end
    end
    for _, value in ipairs ({
      entry.id, entry.name:sub (1, 100), entry.kind, entry.active, entry.regions, entry.start, entry.length,
      entry.file:sub (-200), table.concat (to, " ")
    }) do values[#values + 1] = value end
  end
  send ("routing", types, table.unpack (values))
end

-- Names the muted tracks that hold something.
local function sendMuted (reading)
  local values = { 1, Session:path () }
  for _, entry in ipairs (reading.routes) do
    if entry.regions > 0 and entry.active == 1 and entry.route:muted () and #values < mostMuted + 2 then
      values[#values + 1] = entry.name:sub (1, 100)
    end
  end
  send ("muted", "is" .. ("s"):rep (#values - 2), table.unpack (values))
end

-- One step a second: reads on, or says the wiring and begins anew.
local function tellRouting ()
  routingNext = routingNext or beginReading ()
  if readOn (routingNext) then
    routingNow, routingNext = routingNext, nil
    sendRouting (routingNow)
    sendMuted (routingNow)
  end
end
