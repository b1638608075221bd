#!/usr/bin/env bash
# The README's recipe for SQLite, run: what Litestream copied beside a serving
# henji that was killed brings the house back, and nothing of later is in it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. bin/lib.sh

henji=$PWD/target/debug/henji
litestream=$PWD/target/venv/bin/litestream
[ -x "$litestream" ] || die "Litestream is not installed: python_peers in bin/lib.sh does it"
place=$(mktemp -d "${TMPDIR:-/tmp}/henji-litestream.XXXXXX")
mkdir "$place/house" "$place/second"
port=$(free_port) serving='' copying=''

stop() {
  [ -z "$serving" ] || kill -9 "$serving" 2>/dev/null || true
  [ -z "$copying" ] || kill -9 "$copying" 2>/dev/null || true
  wait 2>/dev/null || true
  serving='' copying=''
}
trap 'stop; rm -rf "$place"' EXIT

surroundings=(HENJI_LISTEN="127.0.0.1:$port" HENJI_LOG=error)

# run HOUSE COMMAND…: any write will do; an API token is one, and an audit entry.
run() {
  local house=$place/$1
  shift
  env -i HENJI_DATA_DIR="$house" "${surroundings[@]}" "$henji" "$@"
}

tokens() {
  python3 -c 'import sqlite3, sys
rows = sqlite3.connect(sys.argv[1]).execute("select name from api_tokens order by created_at")
print(*[name for name, in rows])' "$1"
}

# A copy as it is just now; fails while nothing is copied yet.
restore() {
  rm -f "$place/second/henji.db"*
  "$litestream" restore -o "$place/second/henji.db" "file://$place/replica" >"$place/restore.log" 2>&1
}

printf 'correct horse battery' | run house init --organization A --admin-email a@example.jp --admin-name N \
  --admin-password-stdin --inbox I --provider simulator >/dev/null
# Not by a function: what is killed has to be the server itself.
env -i HENJI_DATA_DIR="$place/house" "${surroundings[@]}" "$henji" serve 2>"$place/serve.log" &
serving=$!
wait_for_port "$port" || die "henji does not answer: $(cat "$place/serve.log")"
"$litestream" replicate "$place/house/henji.db" "file://$place/replica" >"$place/replicate.log" 2>&1 &
copying=$!

run house token add before --scope admin >/dev/null
begun=$SECONDS
until restore && [ "$(tokens "$place/second/henji.db")" = before ]; do
  [ $((SECONDS - begun)) -lt 20 ] || { cat "$place/replicate.log" "$place/restore.log" >&2; die "never copied"; }
  sleep 0.2
done
behind=$((SECONDS - begun))
kill -9 "$copying"
wait "$copying" 2>/dev/null || true
copying=
# The control: nobody copies this one.
run house token add after --scope admin >/dev/null
stop
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then die "the server was not killed"; fi

restore || { cat "$place/restore.log" >&2; die "does not restore"; }
cp "$place/house/henji.key" "$place/second/"
found=$(tokens "$place/second/henji.db")
[ "$found" = before ] || die "expected the token 'before', found '$found'"
run second settle
run second audit verify
say "back from the copy, $behind s at most behind: what was copied is there, what came after is not"
say "# pass 1"
