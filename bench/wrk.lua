-- The same request as all others send, for `wrk`: what the server itself can do.
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
local words = string.rep("the patient is between 50 and 60 years old and has chest pain, ", 24)
wrk.body = '{"messages":[{"content":"0: ' .. words .. '","role":"user"}],"model":"bench"}'
