-- The request that every server answers, for wrk.
wrk.method = "POST"
wrk.body = [[{"text":"Sphinx of black quartz, judge my vow. The quick brown fox jumps over the lazy dog, twice over and back.","algorithm":"sha256"}]]
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-API-Key"] = "ff_demo_enterprise"
