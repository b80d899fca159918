#!/usr/bin/env bash
# The contract gate: does the gateway do what openapi/ says, and do generated clients work against it?
# Usage: tests/contract/run.sh <flowforge binary>. Needs python3 with venv; all other tools go to the cache, nothing
# to the checkout. A step that passes prints one line; one that fails prints what its tools said.
set -uo pipefail

binary=$(realpath "${1:?usage: run.sh <flowforge binary>}")
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cache=${FLOWFORGE_CACHE:-$HOME/.cache/flowforge}
venv=$cache/contract-venv
node=$cache/contract-node
work=$(mktemp -d)
server= passed=0 failed=0

export PATH=$venv/bin:$PATH NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
export PYTHONDONTWRITEBYTECODE=1 RUFF_NO_CACHE=true NO_COLOR=1

clean_up() {
    if [[ $server ]]; then
        kill "$server" 2>/dev/null
        timeout 10 tail --pid="$server" -f /dev/null || kill -9 "$server"
    fi
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

step() { # step <what passes> <command...>
    local what=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        echo "PASS $what"
        passed=$((passed + 1))
    else
        echo "FAIL $what"
        sed 's/^/    /' "$work/said"
        failed=$((failed + 1))
        return 1
    fi
}

finish() {
    echo "$passed passed, $failed failed"
    exit $((failed > 0))
}

# Builds a folder of the cache anew when its key has changed. The key is written last: half a folder counts as none.
cached() { # cached <folder> <key> <command...>
    local folder=$1 key=$2
    shift 2
    [[ -f $folder/key && $(<"$folder/key") == "$key" ]] && return
    rm -rf "$folder" && mkdir -p "$folder" && "$@" && echo "$key" >"$folder/key"
}

install_python() {
    python3 -m venv "$venv" &&
        "$venv/bin/pip" install --quiet --no-deps --requirement "$here/requirements.txt" &&
        "$venv/bin/pip" check
}

install_node() {
    cp "$here"/typescript/{package.json,package-lock.json,.npmrc} "$node" &&
        (cd "$node" && npm ci --quiet --ignore-scripts --no-audit --no-fund)
}

tools() (
    mkdir -p "$cache" && exec 9>"$cache/contract.lock" && flock --timeout 600 9 || return
    cached "$venv" "$(python3 --version; sha256sum <"$here/requirements.txt")" install_python &&
        cached "$node" "$(node --version; cat "$here"/typescript/{package-lock.json,.npmrc} | sha256sum)" install_node
)

# Below the ports the kernel gives to outgoing connections, so that none of those takes ours in between.
free_ports() {
    python3 - <<'PYTHON'
import random, socket
held = []
while len(held) < 2:
    try:
        held.append(socket.create_server(("127.0.0.1", random.randrange(20000, 30000))))
    except OSError:
        pass
print(*(each.getsockname()[1] for each in held))
PYTHON
}

start() {
    local port status_port
    read -r port status_port < <(free_ports) && url=http://127.0.0.1:$port || return
    # exec, so that the process we stop is the gateway itself. Links to files lead where they can be followed.
    (cd "$root" && FLOWFORGE_STORE=$work/store FLOWFORGE_PUBLIC_URL=$url exec "$binary" up \
        --listen "127.0.0.1:$port" --status-listen "127.0.0.1:$status_port" \
        --kong kong.yml --no-access-log --shutdown 5s --deadline 60s) >"$work/server" 2>&1 &
    server=$!
    for _ in {1..600}; do
        python3 -c "import urllib.request as r; r.urlopen('$url/health', timeout=5)" 2>"$work/health" && return
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    cat "$work/server"
    tail -n 1 "$work/health"
    return 1
}

valid() {
    openapi-spec-validator --schema 3.1 --validation-errors all "$root"/openapi/*.json
}

fuzz() (
    cd "$work" && SCHEMATHESIS_HOOKS=$here/hooks.py timeout 2400 schemathesis \
        --config-file "$here/schemathesis.toml" run "$url/openapi.json" \
        --report ndjson --report-ndjson-path "$work/events.ndjson"
)

answers() {
    python "$here/answers.py" "$work/events.ndjson"
}

# The generator writes warnings to stderr, with no option to make them errors. Node's own warnings are not about us.
typescript() (
    cp -r "$here/typescript" "$work/typescript" && cd "$work/typescript" && ln -s "$node/node_modules" . || return
    export PATH=$node/node_modules/.bin:$PATH NODE_NO_WARNINGS=1
    openapi-ts --input "$root/openapi/flowforge.json" 2>warnings &&
        [[ ! -s warnings ]] || { cat warnings; return 1; }
    tsc && timeout 60 node built/calls.js "$url"
)

python_client() (
    mkdir "$work/python" && cd "$work/python" &&
        openapi-python-client generate --path "$root/openapi/flowforge.json" --output-path flowforge --meta none \
            --fail-on-warning &&
        PYTHONPATH=. timeout 60 python "$here/python/calls.py" "$url"
)

step "the tools are installed" tools || finish
step "openapi/*.json is valid OpenAPI 3.1" valid
step "the gateway starts" start || finish
step "generated calls meet the document" fuzz
step "generated calls succeed or are told why not" answers
step "the generated TypeScript client works" typescript
step "the generated Python client works" python_client
finish
