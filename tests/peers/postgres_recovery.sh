#!/usr/bin/env bash
# The README's recipe for PostgreSQL, run: a base backup and the archived WAL
# bring a house back to any moment between them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. bin/lib.sh

henji=$PWD/target/debug/henji
bin=$(pg_bin) || die "PostgreSQL is not installed"
place=$(mktemp -d "${TMPDIR:-/tmp}/henji-pitr.XXXXXX")
mkdir "$place/archive" "$place/house"
[ "$(id -u)" != 0 ] || chown -R postgres: "$place"
port=$(free_port)

stop() {
  as_postgres "$bin/pg_ctl" -D "$place/$1" -m immediate -s stop >/dev/null 2>&1 || true
}
trap 'stop first; stop second; rm -rf "$place"' EXIT

# start FOLDER [OPTION…]
start() {
  local folder=$1
  shift
  as_postgres "$bin/pg_ctl" -D "$place/$folder" -l "$place/$folder.log" -w -t 60 -s start \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$place $*"
}

sql() { as_postgres "$bin/psql" -qAtX -h 127.0.0.1 -p "$port" -U postgres -d "${2:-henji}" -c "$1"; }

# Any write will do: an API token is one, and an audit entry.
run() {
  env -i HENJI_DATA_DIR="$place/house" HENJI_DATABASE_URL="postgres://postgres@127.0.0.1:$port/henji" \
    HENJI_LOG=error "$henji" "$@"
}

quietly as_postgres "$bin/initdb" -D "$place/first" -U postgres -A trust -E UTF8 --locale=C.UTF-8
start first -c archive_mode=on -c wal_level=replica -c "'archive_command=cp %p $place/archive/%f'"
sql 'create database henji' postgres
printf 'correct horse battery' | run init --organization A --admin-email a@example.jp --admin-name N \
  --admin-password-stdin --inbox I --provider simulator >/dev/null
run token add before --scope admin >/dev/null

as_postgres "$bin/pg_basebackup" -h 127.0.0.1 -p "$port" -U postgres -D "$place/second" -X none -c fast 2>"$place/base.log" ||
  { cat "$place/base.log" >&2; die "pg_basebackup failed"; }
run token add between --scope admin >/dev/null
sleep 1.1
moment=$(sql 'select clock_timestamp()')
sleep 1.1
run token add after --scope admin >/dev/null
sql 'select pg_switch_wal()' >/dev/null
for _ in $(seq 100); do
  [ "$(sql 'select coalesce(last_archived_wal, $$$$) >= pg_walfile_name(pg_current_wal_lsn() - 1) from pg_stat_archiver')" = t ] && break
  sleep 0.1
done
stop first

as_postgres touch "$place/second/recovery.signal"
start second -c archive_mode=off -c "'restore_command=cp $place/archive/%f %p'" \
  -c "'recovery_target_time=$moment'" -c recovery_target_action=promote
# It answers questions before it has become a primary again.
for _ in $(seq 100); do
  [ "$(sql 'select pg_is_in_recovery()')" = f ] && break
  sleep 0.1
done
found=$(sql "select string_agg(name, ' ' order by created_at) from api_tokens")
[ "$found" = "before between" ] || die "expected the tokens 'before between', found '$found'"
run audit verify
say "recovered to $moment: what was written before it is there, what came after is not"
say "# pass 1"
