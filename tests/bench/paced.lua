-- The orders of orders.lua at a steady rate: the arguments' last is how many requests a second.
-- Whoever is behind sends at once, so that a slow answer takes nothing off the load.
local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long s; long us; } regulars_moment;
  int gettimeofday(regulars_moment *at, void *zone);
]]
local moment = ffi.new("regulars_moment")

local function now()
  ffi.C.gettimeofday(moment, nil)
  return tonumber(moment.s) * 1000 + tonumber(moment.us) / 1000
end

local here = debug.getinfo(1, "S").source:match("^@(.*)paced%.lua$") or ""
dofile(here .. "orders.lua")

local prepare, apart, next_at = init, nil, nil
function init(args)
  prepare(args)
  apart, next_at = 1000 / tonumber(args[#args]), now()
end

function delay()
  next_at = next_at + apart
  return math.max(0, math.floor(next_at - now()))
end
