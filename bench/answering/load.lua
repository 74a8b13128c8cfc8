-- How wrk asks: with a pause before each request if PAUSE_MS says so, and what it found as JSON.
local pause = tonumber(os.getenv("PAUSE_MS") or "0")

if pause > 0 then
   function delay()
      return math.random(0, 2 * pause)
   end
end

function done(summary, latency, requests)
   local wrong = summary.errors.connect + summary.errors.read + summary.errors.write
      + summary.errors.status + summary.errors.timeout
   io.write(string.format('\n{"requests": %d, "seconds": %f, "wrong": %d, "p50": %f, "p90": %f, "p99": %f, "max": %f}\n',
      summary.requests, summary.duration / 1e6, wrong, latency:percentile(50) / 1000,
      latency:percentile(90) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
