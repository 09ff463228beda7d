/**
 * Takes points from one bucket, or returns them, in one step. The arithmetic is that of `bucket.ts`.
 *
 * KEYS[1] hash of the bucket: `u` units, `t` time in milliseconds. A bucket without a hash is full.
 * ARGV[1] burst, ARGV[2] points and ARGV[3] milliseconds of the bucket's size
 * ARGV[4] points to take; negative to return them
 * ARGV[5] '1' to take them even if the bucket has fewer
 * ARGV[6] time in milliseconds; '' for the clock of Redis, which all gateways share
 * ARGV[7] units that the bucket has at most before the withdrawal; '' for no bound
 *
 * Returns whether the points were taken (1 or 0), and the units that are left.
 */
export const withdrawScript = `
local burst, points, perMs = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local amount, full = tonumber(ARGV[4]), burst * perMs
local now = tonumber(ARGV[6])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local kept = redis.call('HMGET', KEYS[1], 'u', 't')
local units, at = tonumber(kept[1]), tonumber(kept[2])
if not units then units, at = full, now end
if now > at then units, at = units + (now - at) * points, now end
units = math.min(units, full)
local most = tonumber(ARGV[7])
if most then units = math.min(units, most) end
local granted = (amount * perMs <= units or ARGV[5] == '1') and 1 or 0
if granted == 1 then units = math.max(0, math.min(units - amount * perMs, full)) end
if units >= full then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'u', string.format('%.0f', units), 't', string.format('%.0f', at))
  redis.call('PEXPIRE', KEYS[1], math.ceil((full - units) / points) + 1000)
end
return { granted, string.format('%.0f', units) }
`;
