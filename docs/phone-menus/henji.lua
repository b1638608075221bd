-- FreeSWITCH: <action application="lua" data="henji.lua main 1"/>, and with a third
-- word for the number a caller typed. Sets henji_result, henji_speech, henji_say, …
-- henji_press.py, installed beside it, asks henji.
local PRESS = "/usr/local/bin/henji_press.py"

-- A caller chooses what stands in their number: nothing of it reaches a shell but
-- letters, digits and + - _ . @ : # *
local function safe(word)
  return "'" .. ((word or ""):gsub("[^%w%+%-_%.@:#%*]", "")) .. "'"
end

local flow, digit, typed = argv[1], argv[2], argv[3]
local caller = typed or session:getVariable("caller_id_number")
local words = { PRESS, safe(flow), safe(digit), safe(caller), safe(session:get_uuid()) }
if typed then words[#words + 1] = "typed" end

local answer = io.popen(table.concat(words, " "))
for line in answer:lines() do
  local name, value = line:match("^([%l_]+)=(.*)$")
  if name then session:setVariable("henji_" .. name, value) end
end
answer:close()
