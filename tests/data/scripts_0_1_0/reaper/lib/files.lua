-- Whole files in, whole files out: a reader never sees half of one.

local files = {}

-- Write a file under a temporary name, then rename it over the old one. Returns true, or nil and the reason.
function files.write(path, text)
  local temp = path .. ".tmp"
  local handle, why = io.open(temp, "wb")
  if not handle then
    return nil, why
  end
  local wrote, writeWhy = handle:write(text)
  local closed, closeWhy = handle:close()
  if not (wrote and closed) then
    os.remove(temp)
    return nil, writeWhy or closeWhy
  end
  if os.rename(temp, path) then
    return true
  end
  os.remove(path) -- Windows does not rename onto an existing file
  local renamed, renameWhy = os.rename(temp, path)
  if not renamed then
    os.remove(temp)
    return nil, renameWhy
  end
  return true
end

-- Read at most `limit` bytes; returns nil and the reason when there is no file or it is longer.
function files.read(path, limit)
  local handle, why = io.open(path, "rb")
  if not handle then
    return nil, why
  end
  local text = handle:read(limit + 1) or ""
  handle:close()
  if #text > limit then
    return nil, path .. ": too large"
  end
  return text
end

-- Read the first bytes of a file; nil when there is none.
function files.head(path, count)
  local handle = io.open(path, "rb")
  if not handle then
    return nil
  end
  local text = handle:read(count)
  handle:close()
  return text
end

return files
