//! The front page: the services, and an example request.

use std::fmt::Write;

use crate::catalog::{Listed, State};

const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>FlowForge</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 46rem; margin: 3rem auto; padding: 0 1rem; }
  pre { padding: 1rem; overflow-x: auto; border: 1px solid; border-radius: .4rem; }
  dt { font-weight: 600; margin-top: 1rem; }
  dd { margin: 0; }
  code { font-size: .9em; }
</style>
<h1>FlowForge</h1>
<p>Utility services for no-code tools, behind one API key.
See <a href=\"/api/v1/catalog\">the catalog</a>, <a href=\"/openapi.json\">the OpenAPI document</a>
and <a href=\"/health\">the health of all services</a>.</p>
<pre>curl -H 'X-API-Key: YOUR_KEY' -H 'Content-Type: application/json' \\
     -d '{\"text\":\"hello\",\"algorithm\":\"sha256\"}' http://127.0.0.1:8000/api/v1/crypto/hash</pre>
<dl>
";

/// The page as HTML. Its texts are our own, so escaping `&` and `<` is enough.
pub(crate) fn page(listed: &[Listed]) -> String {
    let mut page = HEAD.to_owned();
    for service in listed {
        let (class, state) = match service.state {
            State::Running => ("running", "runs here"),
            State::Elsewhere => ("elsewhere", "runs elsewhere"),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(page, "<dt class=\"{class}\">{} <small>{state}</small></dt>", escape(&service.name));
        let _ = writeln!(
            page,
            "<dd class=\"{class}\">{} under <code>{}</code></dd>",
            escape(&service.title),
            escape(&service.prefix)
        );
        for operation in service.operations() {
            let (method, path, summary) = (&operation.method, escape(&operation.path), escape(&operation.summary));
            let _ = writeln!(page, "<dd><code>{method} {path}</code> {summary}</dd>");
        }
    }
    page.push_str("</dl>\n</html>\n");
    page
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
