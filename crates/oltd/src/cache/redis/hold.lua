-- Lengthens a lease (ARGV[2] ms) or gives it back (0), where it is still ours.
-- KEYS: lease. ARGV: token, length (ms).
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
if ARGV[2] == '0' then
  return redis.call('DEL', KEYS[1])
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
