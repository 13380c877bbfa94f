-- Numbers an invalidation and leaves the number at its marks.
-- KEYS: generations. ARGV: an epoch, 'all' when the whole OLT changed, 'setup' when no PON or ONU did, marks...
-- What is longer than anything of ours is not ours: it is dropped, as if the data were lost.
if redis.call('HSTRLEN', KEYS[1], 'epoch') > 64 or redis.call('HSTRLEN', KEYS[1], 'any') > 16
  or redis.call('HSTRLEN', KEYS[1], 'last') > 16 then
  redis.call('DEL', KEYS[1])
end
local epoch = redis.call('HGET', KEYS[1], 'epoch') or ARGV[1]
-- Builds that know no set-up count in 'any' alone.
local number = 1
for _, known in ipairs(redis.call('HMGET', KEYS[1], 'any', 'last')) do
  known = tonumber(known or 0) or 0
  if known >= number and known < 1e15 then
    number = known + 1
  end
end
number = string.format('%.0f', number)
if ARGV[2] == 'all' then
  -- The number at the OLT's own mark says all that the others said.
  redis.call('DEL', KEYS[1])
end
redis.call('HSET', KEYS[1], 'last', number)
if ARGV[2] ~= 'setup' then
  redis.call('HSET', KEYS[1], 'any', number)
end
redis.call('HSET', KEYS[1], 'epoch', epoch)
for at = 3, #ARGV do
  redis.call('HSET', KEYS[1], ARGV[at], number)
end
return {epoch, tonumber(number)}
