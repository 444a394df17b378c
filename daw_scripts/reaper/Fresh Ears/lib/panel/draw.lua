-- Draws the rows of `model` with REAPER's built-in gfx, in the theme's colours as far as they can be read.

local draw = {}

local MIN_CONTRAST = 4.5 -- WCAG 2.2, success criterion 1.4.3
local FONT = "Arial" -- REAPER replaces it where the system has none

local function channel(value)
  value = value / 255
  return value <= 0.04045 and value / 12.92 or ((value + 0.055) / 1.055) ^ 2.4
end

-- Relative luminance (WCAG 2.2).
local function luminance(color)
  return 0.2126 * channel(color[1]) + 0.7152 * channel(color[2]) + 0.0722 * channel(color[3])
end

local function contrast(a, b)
  local high, low = luminance(a), luminance(b)
  if high < low then
    high, low = low, high
  end
  return (high + 0.05) / (low + 0.05)
end

local function mix(a, b, share)
  local color = {}
  for i = 1, 3 do
    color[i] = a[i] + (b[i] - a[i]) * share
  end
  return color
end

-- Move a colour towards black or white until it can be read on the background.
local function readable(color, back)
  local goal = luminance(back) > 0.18 and { 0, 0, 0 } or { 255, 255, 255 }
  for step = 0, 10 do
    local tried = mix(color, goal, step / 10)
    if contrast(tried, back) >= MIN_CONTRAST then
      return tried
    end
  end
  return goal
end

-- The palette for a theme's background and text colour ({r, g, b}, 0-255).
function draw.palette(back, text)
  text = readable(text, back)
  local button = mix(back, text, 0.16)
  return {
    back = back,
    text = text,
    dim = readable(mix(text, back, 0.35), back),
    calm = readable({ 70, 140, 200 }, back),
    warn = readable({ 214, 120, 20 }, back),
    fault = readable({ 214, 60, 50 }, back),
    fine = readable({ 60, 160, 90 }, back),
    button = button,
    onButton = readable(text, button),
    lit = { 40, 110, 180 },
    onLit = readable({ 255, 255, 255 }, { 40, 110, 180 }),
    focus = readable({ 70, 140, 200 }, back),
  }
end

local function setColor(color)
  gfx.set(color[1] / 255, color[2] / 255, color[3] / 255, 1)
end

local function setFont(index, size, bold)
  gfx.setfont(index, FONT, math.floor(size + 0.5), bold and string.byte("b") or 0)
end

-- Cut a text into lines that fit; a word that is too long is cut where it must be.
local function wrap(text, width)
  local lines, line = {}, ""
  for word in text:gmatch("%S+") do
    local tried = line == "" and word or line .. " " .. word
    if line ~= "" and gfx.measurestr(tried) > width then
      lines[#lines + 1] = line
      tried = word
    end
    while gfx.measurestr(tried) > width and utf8.len(tried) and utf8.len(tried) > 1 do
      local count = utf8.len(tried)
      repeat
        count = count - 1
      until count <= 1 or gfx.measurestr(tried:sub(1, utf8.offset(tried, count + 1) - 1)) <= width
      local cut = utf8.offset(tried, count + 1)
      lines[#lines + 1] = tried:sub(1, cut - 1)
      tried = tried:sub(cut)
    end
    line = tried
  end
  if line ~= "" then
    lines[#lines + 1] = line
  end
  return lines
end

local function drawLines(pen, text, color, indent)
  setColor(color)
  for _, line in ipairs(wrap(text, pen.width - indent)) do
    gfx.x, gfx.y = pen.left + indent, pen.y
    gfx.drawstr(line)
    pen.y = pen.y + gfx.texth + pen.unit / 4
  end
end

local function drawTitle(pen, row)
  setFont(2, pen.unit * 1.25, true)
  local badgeWidth = 0
  if row.badge ~= "" then
    badgeWidth = gfx.measurestr(row.badge)
    setColor(pen.colors.calm)
    gfx.x, gfx.y = pen.left + pen.width - badgeWidth, pen.y
    gfx.drawstr(row.badge)
  end
  local width = pen.width
  pen.width = width - badgeWidth - pen.unit
  drawLines(pen, row.text, pen.colors.text, 0)
  pen.width = width
  pen.y = pen.y + pen.unit / 4
end

local function drawNotice(pen, row)
  local top = pen.y
  setFont(3, pen.unit, true)
  drawLines(pen, row.title, pen.colors.warn, pen.unit)
  setFont(1, pen.unit, false)
  drawLines(pen, row.text, pen.colors.text, pen.unit)
  setColor(pen.colors.warn)
  gfx.rect(pen.left, top, pen.unit / 3, pen.y - top, 1)
  pen.y = pen.y + pen.unit / 4
end

local function drawButton(pen, button, x, width, height)
  local colors = pen.colors
  local back, front = colors.button, colors.onButton
  if button.lit or button.strong then
    back, front = colors.lit, colors.onLit
  end
  if not button.enabled then
    front = mix(front, back, 0.5)
  end
  setColor(back)
  gfx.rect(x, pen.y, width, height, 1)
  if pen.focus == #pen.hits + 1 then
    setColor(colors.focus)
    gfx.rect(x - 2, pen.y - 2, width + 4, height + 4, 0)
    gfx.rect(x - 1, pen.y - 1, width + 2, height + 2, 0)
  end
  setColor(front)
  gfx.x, gfx.y = x + pen.unit * 0.7, pen.y + (height - gfx.texth) / 2
  gfx.drawstr(button.label)
  pen.hits[#pen.hits + 1] = { x = x, y = pen.y, w = width, h = height, button = button }
end

local function drawButtons(pen, row)
  setFont(1, pen.unit, false)
  local height = pen.unit * (row.small and 1.5 or 1.9)
  local x = pen.left
  for _, button in ipairs(row.buttons) do
    local width = math.min(gfx.measurestr(button.label) + pen.unit * 1.4, pen.width)
    if x > pen.left and x + width > pen.left + pen.width then
      x = pen.left
      pen.y = pen.y + height + pen.unit / 2
    end
    drawButton(pen, button, x, width, height)
    x = x + width + pen.unit / 2
  end
  pen.y = pen.y + height + pen.unit * 0.6
end

local function drawText(pen, row)
  setFont(row.strong and 3 or 1, pen.unit, row.strong)
  drawLines(pen, row.text, pen.colors[row.tone] or pen.colors.text, 0)
  pen.y = pen.y + pen.unit / 4
end

local DRAWERS = {
  title = drawTitle, notice = drawNotice, buttons = drawButtons, text = drawText,
  gap = function(pen)
    pen.y = pen.y + pen.unit / 2
  end,
}

-- Draw all rows; returns where the buttons are and the height that was needed.
-- `unit` is the size of the text in pixels; `scroll` how far the content is moved up.
function draw.frame(rows, colors, unit, focus, scroll)
  local margin = unit
  local pen = {
    left = margin, y = margin - scroll, width = math.max(gfx.w - 2 * margin, unit * 4),
    unit = unit, colors = colors, hits = {}, focus = focus,
  }
  setColor(colors.back)
  gfx.rect(0, 0, gfx.w, gfx.h, 1)
  for _, row in ipairs(rows) do
    DRAWERS[row.kind](pen, row)
  end
  local height = pen.y + scroll
  if height > gfx.h then -- a bar that shows how much there is and where one is
    setColor(colors.dim)
    gfx.rect(gfx.w - unit / 3, gfx.h * scroll / height, unit / 4, gfx.h * gfx.h / height, 1)
  end
  return pen.hits, height
end

return draw
