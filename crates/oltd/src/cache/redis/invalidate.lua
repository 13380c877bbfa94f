-- Numbers an invalidation and leaves the number at its marks.
-- KEYS: generations. ARGV: an epoch, 'all' when the whole OLT changed, marks...
-- What is longer than anything of ours is not ours: it is dropped, as if the data were lost.
if redis.call('HSTRLEN', KEYS[1], 'epoch') > 64 or redis.call('HSTRLEN', KEYS[1], 'any') > 16 then
  redis.call('DEL', KEYS[1])
end
local epoch = redis.call('HGET', KEYS[1], 'epoch') or ARGV[1]
local number = redis.call('HINCRBY', KEYS[1], 'any', 1)
if ARGV[2] == 'all' then
  -- The number at the OLT's own mark says all that the others said.
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'any', number)
end
redis.call('HSET', KEYS[1], 'epoch', epoch)
for at = 3, #ARGV do
  redis.call('HSET', KEYS[1], ARGV[at], number)
end
return {epoch, number}
