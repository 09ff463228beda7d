-- Load for wrk: posts the JSON template given as the first argument. In mode "distinct" and "new" (second argument)
-- every __N__ of the template becomes the number of the request, and so does the caller's token; in mode "unrepeated" the token also asks
-- the subgraphs for answers that differ; in mode "same" nothing varies.
-- The last line of output is a JSON object with the figures.
local head, parts, number, vary, token

function init(args)
  local file = io.open(args[1], "r")
  local template = file:read("*a")
  file:close()
  vary = args[2] ~= "same"
  token = args[2] == "unrepeated" and "Bearer unrepeated-" or "Bearer caller-"
  parts = {}
  for part in (template .. "__N__"):gmatch("(.-)__N__") do parts[#parts + 1] = part end
  number = tonumber(args[3] or "1000")
  wrk.headers["content-type"] = "application/json"
  if not vary then
    wrk.headers["authorization"] = "Bearer caller-0"
    head = wrk.format("POST", nil, nil, table.concat(parts, tostring(number)))
  end
end

function request()
  if not vary then return head end
  number = number + 1
  wrk.headers["authorization"] = token .. number
  return wrk.format("POST", nil, nil, table.concat(parts, tostring(number)))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"bytes":%d,"failed":%d,"p50":%.3f,"p95":%.3f,"p99":%.3f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000))
end
