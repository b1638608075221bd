# shellcheck shell=bash
# What the scripts of this folder share: where the project is, how a missing
# part is installed, a PostgreSQL cluster and a NATS server of our own. Sourced,
# never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$root/target/test-logs
mkdir -p "$logs"

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# Runs a command quietly; shows what it said, without addresses of other
# machines, only when it failed.
quietly() {
  local log=$logs/install.log
  if ! "$@" >"$log" 2>&1 </dev/null; then
    sed -E 's#(https?://)?([a-z0-9-]+\.)+[a-z]{2,}(:[0-9]+)?(/[^ ]*)?#<address>#g' "$log" | tail -n 40 >&2
    die "failed: $*"
  fi
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; return; fi
  has sudo || die "needs root or sudo for: $*"
  sudo "$@"
}

# --- what the machine lacks -------------------------------------------------

has() { command -v "$1" >/dev/null 2>&1; }

needs_tool() { has "$1" || die "$1 is not installed: $2"; }

pg_bin() {
  local bins=(/usr/lib/postgresql/*/bin)
  [ -x "${bins[-1]}/initdb" ] && say "${bins[-1]}"
}

# Debian keeps it where only root's path looks.
nats_bin() { command -v nats-server || { [ -x /usr/sbin/nats-server ] && say /usr/sbin/nats-server; }; }

debian_missing() {
  has cc || say build-essential
  has pkg-config || say pkg-config
  has perl || say perl
  if has pkg-config && pkg-config --exists openssl; then :; else say libssl-dev; fi
  [ "$1" = quick ] && return
  pg_bin >/dev/null || say postgresql
  [ -n "$(find /usr/lib -path '*/faketime/libfaketime.so.1' -print -quit)" ] || say libfaketime
  nats_bin >/dev/null || say nats-server
  [ -x /usr/lib/postfix/sbin/master ] || say postfix
  { has saslpasswd2 || [ -x /usr/sbin/saslpasswd2 ]; } || say sasl2-bin
  [ -n "$(find /usr/lib -path '*/sasl2/libplain.so' -print -quit)" ] || say libsasl2-modules
  [ -x /usr/bin/chromium ] || say chromium
  dpkg-query -W -f '${Status}' fonts-noto-cjk 2>/dev/null | grep -q 'ok installed' || say fonts-noto-cjk
  python3 -c 'import ensurepip, venv' 2>/dev/null || say python3-venv
}

# install_missing quick|all: asks apt for what is not there, and only for that.
install_missing() {
  local missing had_postgres=yes had_nats=yes had_postfix=yes
  needs_tool cargo "see rustup.rs"
  needs_tool node "version 20 or later"
  needs_tool npm "it comes with node"
  needs_tool python3 "version 3.11 or later"
  mapfile -t missing < <(debian_missing "$1")
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing: ${missing[*]}"
  has apt-get || die "this machine has no apt-get; install these by hand: ${missing[*]}"
  pg_bin >/dev/null || had_postgres=no
  nats_bin >/dev/null || had_nats=no
  [ -x /usr/lib/postfix/sbin/master ] || had_postfix=no
  quietly as_root apt-get update -qq
  quietly as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}"
  # Debian starts a cluster of its own with the package; ours is another one.
  if [ "$had_postgres" = no ] && pg_bin >/dev/null; then
    as_root service postgresql stop >/dev/null 2>&1 || true
  fi
  if [ "$had_nats" = no ] && nats_bin >/dev/null; then
    as_root service nats-server stop >/dev/null 2>&1 || true
  fi
  if [ "$had_postfix" = no ] && [ -x /usr/lib/postfix/sbin/master ]; then
    as_root service postfix stop >/dev/null 2>&1 || true
  fi
}

# With OpenSSL's headers installed, libpq links against them: a cold build is
# 34 s instead of 124 s on two cores.
use_system_openssl() {
  if has pkg-config && pkg-config --exists openssl; then export OPENSSL_NO_VENDOR=1; fi
}

# Fetched beforehand, so that what the tests print is about the tests.
fetch_crates() {
  local host
  host=$(rustc -vV | sed -n 's/^host: //p')
  quietly cargo fetch "${locked[@]}" --target "$host"
}

# The lock file is the law in CI; at a desk a new dependency may still update it.
locked=()
[ -z "${CI:-}" ] || locked=(--locked)

# npm_ci FOLDER: installs what the lock file of FOLDER names, once per lock.
npm_ci() {
  local stamp=$1/node_modules/.lock
  [ -f "$1/package-lock.json" ] || return 0
  cmp -s "$1/package-lock.json" "$stamp" && return 0
  quietly npm --prefix "$1" ci --ignore-scripts --no-audit --no-fund
  cp "$1/package-lock.json" "$stamp"
}

# python_peers: a virtual environment with the providers' own libraries, which
# sign requests the way the providers do, and with Litestream.
python_peers() {
  local list=$root/tests/peers/requirements.txt venv=$root/target/venv
  [ -f "$list" ] || return 0
  [ -x "$venv/bin/python" ] || quietly python3 -m venv "$venv"
  cmp -s "$list" "$venv/.lock" && return 0
  quietly "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$list"
  cp "$list" "$venv/.lock"
}

# --- a PostgreSQL cluster of our own ----------------------------------------

pg_dir=

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# PostgreSQL refuses to run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

# Starts a cluster and exports TEST_DATABASE_URL. fsync stays on: what the
# tests promise about durability must hold here too.
start_postgres() {
  local bin port try
  bin=$(pg_bin) || die "PostgreSQL is not installed"
  pg_dir=$(mktemp -d "${TMPDIR:-/tmp}/henji-pg.XXXXXX")
  [ "$(id -u)" != 0 ] || chown postgres: "$pg_dir"
  quietly as_postgres "$bin/initdb" -D "$pg_dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --data-checksums
  for try in 1 2 3; do
    port=$(free_port)
    as_postgres "$bin/pg_ctl" -D "$pg_dir/data" -l "$pg_dir/log" -w -t 60 -s start -o "-p $port \
      -c listen_addresses=127.0.0.1 -c unix_socket_directories=$pg_dir \
      -c shared_buffers=128MB -c max_connections=200 -c fsync=on" && break
    [ "$try" != 3 ] || { tail -n 20 "$pg_dir/log" >&2; die "PostgreSQL did not start"; }
  done
  export TEST_DATABASE_URL="postgres://postgres@127.0.0.1:$port/postgres"
}

stop_postgres() {
  [ -n "$pg_dir" ] || return 0
  as_postgres "$(pg_bin)/pg_ctl" -D "$pg_dir/data" -m immediate -s stop >/dev/null 2>&1 || true
  rm -rf "$pg_dir"
  pg_dir=
  unset TEST_DATABASE_URL
}

# --- a NATS server of our own ------------------------------------------------

nats_pid=

# Exports TEST_NATS_URL, and TEST_NATS_SERVER for tests that stop and start one
# themselves.
start_nats() {
  local bin port try
  bin=$(nats_bin) || die "nats-server is not installed"
  for try in 1 2 3; do
    port=$(free_port)
    "$bin" -a 127.0.0.1 -p "$port" >"$logs/nats.log" 2>&1 </dev/null &
    nats_pid=$!
    wait_for_port "$port" && break
    stop_nats
    [ "$try" != 3 ] || { tail -n 20 "$logs/nats.log" >&2; die "nats-server did not start"; }
  done
  export TEST_NATS_URL="nats://127.0.0.1:$port" TEST_NATS_SERVER=$bin
}

stop_nats() {
  [ -n "$nats_pid" ] || return 0
  kill "$nats_pid" 2>/dev/null || true
  wait "$nats_pid" 2>/dev/null || true
  nats_pid=
  unset TEST_NATS_URL TEST_NATS_SERVER
}

wait_for_port() {
  local try
  for try in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
    sleep 0.05
  done
  return 1
}

# --- henji torture ------------------------------------------------------------

torture_good=0 torture_bad=0
henji=$root/target/debug/henji

# survives OPTIONS…: nothing may be lost or doubled.
survives() {
  say "-- henji torture $(without_addresses "$@")"
  if "$henji" torture --folder "$logs" "$@"; then
    torture_good=$((torture_good + 1))
  else
    torture_bad=$((torture_bad + 1))
  fi
}

# breaks CONTROL OPTIONS…: something must be lost or doubled, and named.
breaks() {
  local control=$1 said=$logs/torture-control-$1.log status=0
  shift
  say "-- henji torture $(without_addresses "$@"), broken on purpose: $control"
  "$henji" torture --folder "$logs" "$@" --control "$control" >"$said" 2>&1 || status=$?
  grep -E '^R[0-9]|^(lost|doubled) ' "$said" | head -n 14 || true
  if [ "$status" = 1 ] && grep -qE '^(lost|doubled) \(R' "$said"; then
    torture_good=$((torture_good + 1))
    # Wanted, so its files tell nobody anything.
    sed -n 's/^FAILED; the files are in //p' "$said" | xargs -r rm -rf
  else
    cat "$said"
    say "the control $control was not noticed"
    torture_bad=$((torture_bad + 1))
  fi
}

# --- a stranger's script ------------------------------------------------------

stranger_good=0 stranger_bad=0
stranger=("$root/target/venv/bin/python" "$root/tests/peers/stranger.py")

# finds_no_difference OPTIONS…: what was acknowledged is what there is.
finds_no_difference() {
  say "-- stranger.py $*"
  if "${stranger[@]}" "$henji" "$@"; then
    stranger_good=$((stranger_good + 1))
  else
    stranger_bad=$((stranger_bad + 1))
  fi
}

# finds_a_difference CONTROL: a lie in its books must be named.
finds_a_difference() {
  local said=$logs/stranger-control.log status=0
  say "-- stranger.py, lied to on purpose: $1"
  "${stranger[@]}" "$henji" --minutes 0.05 --control "$1" >"$said" 2>&1 || status=$?
  cat "$said"
  if [ "$status" = 1 ] && grep -q ' 1 differences$' "$said"; then
    stranger_good=$((stranger_good + 1))
  else
    say "the control $1 was not noticed"
    stranger_bad=$((stranger_bad + 1))
  fi
}

without_addresses() { printf '%s ' "$@" | sed -E 's#(postgres|nats)://[^ ]*#\1://…#g'; }
