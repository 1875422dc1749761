#!/bin/sh
# SPDX-License-Identifier: MIT
# purser on real documents, on a bare Debian 12, with no key and no bill:
#   sh assets/demo.sh
# installs what is missing, builds, starts the rehearsal provider, ingests assets/samples through it and
# compares purser's bill with what the provider counted. On a terminal the dashboard opens meanwhile: `q`
# leaves it, the job goes on. PURSER_BUILD=DIR takes programs that are built already; DEMO_UI=0 opens no
# dashboard; DEMO_KEEP=1 keeps the home with its books and says where it is.
# Exits 0 when the two bills are equal to the pico-dollar.
set -u
cd "$(dirname "$0")/.." || exit 1
. assets/packages.sh

# A rehearsal must not reach anybody's account.
unset OPENAI_API_KEY ANTHROPIC_API_KEY GEMINI_API_KEY GOOGLE_API_KEY DASHSCOPE_API_KEY ALIBABA_CLOUD_API_KEY
unset OLLAMA_HOST OLLAMA_BASE_URL OPENAI_BASE_URL ANTHROPIC_BASE_URL ALIBABA_CLOUD_BASE_URL
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

sim=
home=
bin=
fail() {
    echo "demo: $*" >&2
    if [ -n "$home" ]; then
        find "$home" -name purserd.log -exec tail -n 15 {} \; >&2
    fi
    exit 1
}
clean_up() {
    status=$?
    trap - EXIT INT TERM HUP
    [ -z "$home" ] || "$bin/purser" --quiet daemon stop --now >/dev/null 2>&1
    [ -z "$sim" ] || kill "$sim" 2>/dev/null
    if [ -n "$home" ] && [ "${DEMO_KEEP:-0}" = 1 ]; then
        echo "The books are in $home: PURSER_HOME=$home $bin/purser spend"
    elif [ -n "$home" ]; then
        rm -rf "$home"
    fi
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# field NAME...: of the JSON object on standard input, the value at that path; text without its quotes.
field() {
    awk -v path="$*" '
        { text = text $0 }
        END {
            n = split(path, want, " "); depth = 0; level = 0
            for (i = 1; i <= length(text); i++) {
                c = substr(text, i, 1)
                if (c == "\"") {
                    word = ""
                    for (i++; (d = substr(text, i, 1)) != "\""; i++) {
                        if (d == "\\") i++
                        word = word substr(text, i, 1)
                    }
                    if (substr(text, i + 1) ~ /^ *:/) {
                        key = word
                        if (depth == level + 1 && key == want[level + 1]) {
                            rest = substr(text, i + 1); sub(/^ *: */, "", rest)
                            if (level + 1 == n) {
                                if (rest ~ /^"/) { sub(/^"/, "", rest); sub(/".*/, "", rest) }
                                else sub(/[,}\]].*/, "", rest)
                                print rest; exit
                            }
                            if (rest ~ /^{/) level++
                        }
                    }
                } else if (c == "{" || c == "[") depth++
                else if (c == "}" || c == "]") { depth--; if (depth <= level - 1) exit }
            }
        }'
}

if [ -n "${PURSER_BUILD:-}" ]; then
    bin=$PURSER_BUILD
else
    need_packages assets/packages.txt || exit 1
    bin=build/release
    echo "Building into $bin (the first time: a minute or two) ..."
    mkdir -p "$bin"
    tests=OFF
    ! pkg-config --exists cmocka || tests=ON
    if ! cmake --preset release -DPURSER_TESTS=$tests >"$bin/demo.log" 2>&1 ||
        ! cmake --build --preset release --target purser purserd purser-parse >>"$bin/demo.log" 2>&1; then
        grep -E 'rror' "$bin/demo.log" | head -20
        fail "the build failed: $bin/demo.log"
    fi
fi
bin=$(cd "$bin" && pwd) || exit 1
purser=$bin/purser
for program in purser purserd purser-parse; do
    [ -x "$bin/$program" ] || fail "$bin/$program is not there"
done
screen=0
[ "${DEMO_UI:-1}" = 0 ] || [ ! -t 0 ] || [ ! -t 1 ] || [ "${TERM:-dumb}" = dumb ] || screen=1

home=$(mktemp -d "${TMPDIR:-/tmp}/purser-demo.XXXXXX") || exit 1
PURSER_HOME=$home
DEMO_KEY=sk-rehearsal
export PURSER_HOME DEMO_KEY

# Slow enough on a terminal to see it move.
latency=150
[ $screen = 0 ] || latency=1500
"$purser" sim --seed 7 --latency-ms $latency >"$home/sim.out" 2>"$home/sim.err" &
sim=$!
url=
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    url=$(sed -n 's/^.*\(http:[^ ]*[0-9]\).*/\1/p;q' "$home/sim.out")
    [ -z "$url" ] || break
    kill -0 "$sim" 2>/dev/null || break
    sleep 0.1
done
[ -n "$url" ] || fail "the rehearsal provider did not start: $(cat "$home/sim.err")"

config=$("$purser" config path) || fail "purser config path failed"
mkdir -p "$(dirname "$config")"
cat >"$config" <<END
providers:
  sim:
    kind: openai
    base_url: "$url/v1"
    price_as: openai
    api_key_env: DEMO_KEY
routing:
  premium: sim
  cloud: sim
  models:
    vision: sim/gpt-5-mini
    generation: sim/gpt-5-mini
budgets:
  - { name: month, limit: 0.50, period: month, hard: true, alerts: [50, 80, 95, 100] }
END
"$purser" config check >"$home/check.out" 2>&1 || fail "$(cat "$home/check.out")"

echo "Rehearsal provider at $url; books in $home"
if [ $screen = 1 ]; then
    job=$("$purser" --json ingest assets/samples --yes | field job_id)
    [ -n "$job" ] || fail "the job did not start"
    "$purser"
    "$purser" jobs wait "$job"
else
    echo "\$ purser ingest assets/samples --wait --yes"
    "$purser" ingest assets/samples --wait --yes
fi
status=$?
[ $status -eq 0 ] || fail "the ingestion ended with status $status"
job=$("$purser" --json jobs --all | tr '[' '\n' | sed -n 's/^[^}]*"id": *"\{0,1\}\([0-9]*\).*/\1/p' | head -n 1)
"$purser" --json jobs show "$job" >"$home/job.json" || fail "purser jobs show $job failed"

get() { field "$@" <"$home/job.json"; }
echo
echo "documents  $(get documents done) done, $(get documents failed) failed, $(get documents skipped) skipped"
echo "images     $(get images found) found: $(get images described) described," \
    "$(get images filtered) filtered, $(get images duplicate) duplicate, $(get images failed) failed"
sed -n 's/.*"by_reason": *{\([^}]*\)}.*/\1/p' "$home/job.json" | head -n 1 | tr ',' '\n' | tr -d '" ' |
    sed -n 's/^\([a-z_0-9]*\):\([0-9]*\)$/           \2 \1/p'
echo "chunks     $(get chunks), searchable: purser search harbour"
echo "tokens     $(get tokens_in) in, $(get tokens_out) out, $(get calls) calls"
echo
"$purser" spend --by model || fail "purser spend failed"

if command -v curl >/dev/null 2>&1; then
    curl -sS --noproxy '*' --max-time 10 "$url/sim/bill" >"$home/bill.json" || fail "no bill at $url/sim/bill"
else
    port=${url##*:}
    bash -c "exec 3<>/dev/tcp/127.0.0.1/$port; printf 'GET /sim/bill HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' >&3; cat <&3" |
        sed '1,/^\r*$/d' >"$home/bill.json"
fi
"$purser" --json spend >"$home/spend.json" || fail "purser spend failed"
ours=$(get cost)
booked=$(field total cost <"$home/spend.json")
theirs=$(field total <"$home/bill.json")
echo
echo "purser's bill for the job    $ours USD"
echo "purser's books this month    $booked USD"
echo "what the provider counted    $theirs USD ($(field requests <"$home/bill.json") requests)"
case $theirs in
'' | 0) fail "the provider counted nothing" ;;
esac
[ "$ours" = "$theirs" ] && [ "$booked" = "$theirs" ] || fail "the bills differ"
"$purser" verify >"$home/verify.out" 2>&1 || fail "purser verify: $(cat "$home/verify.out")"
echo "equal to the pico-dollar"
