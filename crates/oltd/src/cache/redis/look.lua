-- A reading that is young enough; else the lease to make it; else who has it.
-- KEYS: reading, lease, generations.
-- ARGV: oldest age (ms), token, length of the lease (ms), an epoch, bytes of the largest reading, marks...
-- What is longer than anything of ours is not ours, and is never sent.
local epoch = redis.call('HSTRLEN', KEYS[3], 'epoch') <= 64 and redis.call('HGET', KEYS[3], 'epoch')
if not epoch then
  epoch = ARGV[4]
  redis.call('HSET', KEYS[3], 'epoch', epoch)
end
local generation = 0
for _, number in ipairs(redis.call('HMGET', KEYS[3], unpack(ARGV, 6))) do
  generation = math.max(generation, tonumber(number or 0) or 0)
end
local stamp = epoch .. ':' .. generation
local kept = redis.call('HMGET', KEYS[1], 'stamp', 'lives')
if kept[1] == stamp and redis.call('HSTRLEN', KEYS[1], 'reading') <= tonumber(ARGV[5]) then
  local left = redis.call('PTTL', KEYS[1])
  local age = math.max((tonumber(kept[2]) or 0) - left, 0)
  if left > 0 and age <= tonumber(ARGV[1]) then
    return {'found', stamp, age, redis.call('HGET', KEYS[1], 'reading')}
  end
end
-- A reading that began before an invalidation holds up nobody who came after it.
if redis.call('SET', KEYS[2] .. ':' .. stamp, ARGV[2], 'NX', 'PX', ARGV[3]) then
  return {'leased', stamp, 0, ''}
end
return {'wait', stamp, 0, ''}
