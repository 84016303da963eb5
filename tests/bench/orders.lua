-- One order a request, as a shop sends it: three lines, a key of its own, one of so many members.
-- Arguments: the members, the key for machines, orders a request (a batch where there are more).
local seed = os.time() * 1000 + math.floor((os.clock() * 1e6) % 1000)
local sent, thread = 0, 0
local members, headers, each

function setup(one)
  one:set("thread", thread)
  thread = thread + 1
end

function init(args)
  math.randomseed(seed + thread * 7919)
  members, each = tonumber(args[1]), tonumber(args[3] or "1")
  headers = {
    ["Content-Type"] = "application/json",
    ["Authorization"] = "Bearer " .. args[2],
    ["Prefer"] = args[4],
  }
end

local order = '{"type":"order","key":"k-%d-%d-%d","number":"SO-%d-%d","at":"%s","source":"shop",'
  .. '"currency":"EUR","place":"berlin-01","labels":{"channel":"web"},"customer":{"external":"c%07d"},'
  .. '"lines":[{"product":"SKU-%05d","category":"apparel","quantity":"%d","unit_price":"19.95"},'
  .. '{"product":"SKU-%05d","category":"coffee","quantity":"1","unit_price":"2.40"},'
  .. '{"product":"SKU-%05d","category":"beans","quantity":"2","unit_price":"15.99"}]}'

local function one()
  sent = sent + 1
  local who = math.random(1, members)
  local at = os.date("!%Y-%m-%dT%H:%M:%SZ")
  return string.format(order, seed, thread, sent, seed, sent, at, who,
    who % 99999, 1 + who % 3, (who * 3) % 99999, (who * 7) % 99999)
end

function request()
  if each == 1 then
    return wrk.format("POST", "/api/v1/facts", headers, one())
  end
  local many = {}
  for place = 1, each do many[place] = one() end
  local body = '{"facts":[' .. table.concat(many, ",") .. "]}"
  return wrk.format("POST", "/api/v1/facts/batch", headers, body)
end

local bad = 0
function response(status, _headers, body)
  if status ~= 200 then
    bad = bad + 1
    if bad < 3 then print("BAD", status, body:sub(1, 300)) end
  end
end
