-- The epoch and the number of the last invalidation, and the marks of those that
-- the caller has missed.
-- KEYS: generations. ARGV: an epoch, the epoch and the number that the caller knows.
-- What is larger than anything of ours is not ours: it is dropped, as if the data were lost.
if redis.call('HSTRLEN', KEYS[1], 'epoch') > 64 or redis.call('HSTRLEN', KEYS[1], 'any') > 16
  or redis.call('HSTRLEN', KEYS[1], 'last') > 16
  or redis.call('HLEN', KEYS[1]) > 16384 then
  redis.call('DEL', KEYS[1])
end
redis.call('HSETNX', KEYS[1], 'epoch', ARGV[1])
local function number(text)
  return text and #text <= 16 and tonumber(text) or 0
end
local epoch = redis.call('HGET', KEYS[1], 'epoch')
local last = math.max(number(redis.call('HGET', KEYS[1], 'any')), number(redis.call('HGET', KEYS[1], 'last')))
local missed = {}
local since = epoch == ARGV[2] and tonumber(ARGV[3]) or 0
if epoch ~= ARGV[2] or last ~= since then
  local all = redis.call('HGETALL', KEYS[1])
  for at = 1, #all, 2 do
    if #all[at] <= 64 and number(all[at + 1]) > since then
      missed[#missed + 1] = all[at]
    end
  end
end
return {epoch, last, missed}
