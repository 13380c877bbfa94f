-- Keeps a reading unless something invalidated it since its lease was given.
-- KEYS: reading, lease, generations.
-- ARGV: stamp, token, lifetime (ms), what is left of it (ms), reading, marks...
local generation = 0
for _, number in ipairs(redis.call('HMGET', KEYS[3], unpack(ARGV, 6))) do
  generation = math.max(generation, tonumber(number or 0) or 0)
end
local stamp = (redis.call('HGET', KEYS[3], 'epoch') or '') .. ':' .. generation
local kept = 0
if stamp == ARGV[1] and tonumber(ARGV[4]) > 0 then
  redis.call('HSET', KEYS[1], 'stamp', stamp, 'lives', ARGV[3], 'reading', ARGV[5])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  kept = 1
end
local lease = KEYS[2] .. ':' .. ARGV[1]
if redis.call('GET', lease) == ARGV[2] then
  redis.call('DEL', lease)
end
return kept
