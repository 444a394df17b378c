-- LuaDialog takes choices as a table with the texts as its keys. Buttons (radio) stand in the order in which `next` gives
-- the keys, which follows their hashes, and Lua seeds those anew at every start; a dropdown sorts its keys by their bytes.
-- Signs that have no width bring both into the order of a list: nobody sees them, and they make other keys of the texts.
local noWidth = utf8.char (0x200B)
local forms = 32 -- of each text: with none to thirty-one such signs
local mostRounds = 8 -- one is enough nearly always

-- An empty table with room for 4096 keys: hardly any takes another's place, so they are walked by their hashes alone.
local function wideTable ()
  local wide = {}
  for number = 1, 2100 do wide["\1" .. number] = true end
  for number = 1, 2100 do wide["\1" .. number] = nil end
  return wide
end

-- Walks all forms of all texts and takes of each text the first form that comes after the text before it.
local function formsInOrder (list, round)
  local all, number = wideTable (), {}
  for index, choice in ipairs (list) do
    for form = round * forms, (round + 1) * forms - 1 do
      local text = choice.text .. noWidth:rep (form)
      all[text], number[text] = true, index
    end
  end
  local texts = {}
  for text in pairs (all) do
    if number[text] == #texts + 1 then texts[#texts + 1] = text end
  end
  return texts
end

local function isInOrder (values, texts)
  local number = 0
  for text in pairs (values) do
    number = number + 1
    if text ~= texts[number] then return false end
  end
  return true
end

-- Takes a list of { text =, value = }; returns `values` for a radio field and the texts as they stand in it.
local function radioChoices (list)
  for round = 0, mostRounds - 1 do
    local texts, values = formsInOrder (list, round), wideTable ()
    if #texts == #list then
      for number, choice in ipairs (list) do values[texts[number]] = choice.value end
      if isInOrder (values, texts) then return values, texts end
    end
  end
  local texts, values = {}, {} -- in any order rather than not at all
  for number, choice in ipairs (list) do
    texts[number], values[choice.text] = choice.text, choice.value
  end
  return values, texts
end

-- The same for a dropdown.
local function dropdownChoices (list)
  local values, texts = {}, {}
  for number, choice in ipairs (list) do
    texts[number] = noWidth:rep (number - 1) .. choice.text
    values[texts[number]] = choice.value
  end
  return values, texts
end

-- A radio or dropdown field with the choices in the order of the list; `chosen` is the value it begins with.
local function choiceField (type, key, title, list, chosen)
  local arrange = type == "radio" and radioChoices or dropdownChoices
  local values, texts = arrange (list)
  local default
  for number, choice in ipairs (list) do
    if choice.value == chosen and not default then default = texts[number] end
  end
  return { type = type, key = key, title = title, values = values, default = default or texts[1] }
end

-- Plain words that stand for themselves; where there are titles in the same order, the person reads those.
local function plainChoices (words, titles)
  local list = {}
  for number, word in ipairs (words) do
    local title = titles and titles[number] or ""
    list[#list + 1] = { text = title ~= "" and title or word, value = word }
  end
  return list
end
