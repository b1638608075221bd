#!/usr/bin/env bash
# A Postfix of our own: its configuration, queue and mailboxes in a folder of its own,
# on free ports of 127.0.0.1, gone when standard input ends.
#
#   postfix.sh FOLDER
#
# Prints one line of JSON, the ports: `starttls` and `smtps` (both want name and password),
# `wrong_name` (its certificate is another host's), `other_ca` (nobody knows who signed
# it), `bare` (no TLS at all). FOLDER/ca.pem signs the certificates; mails lie in
# FOLDER/mail/new. Needs root, as Postfix does.
set -euo pipefail
dir=$(realpath "$1")
bin=/usr/lib/postfix/sbin
say() { printf '%s\n' "$*"; }
PATH=$PATH:/usr/sbin

# --- certificates: ours, one for another name, one of somebody else -----------
sign() { # NAME HOST CA
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" \
    -keyout "$dir/$1.key" -out "$dir/$1.csr" 2>/dev/null
  openssl x509 -req -in "$dir/$1.csr" -CA "$dir/$3.pem" -CAkey "$dir/$3.key" -days 2 -CAcreateserial \
    -extfile <(say "subjectAltName=DNS:$2"; say "extendedKeyUsage=serverAuth") \
    -out "$dir/$1.crt" 2>/dev/null
  cat "$dir/$1.key" "$dir/$1.crt" >"$dir/$1.chain"
}
for ca in ca stranger; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$ca" \
    -addext keyUsage=critical,keyCertSign,cRLSign -keyout "$dir/$ca.key" -out "$dir/$ca.pem" 2>/dev/null
done
sign good localhost ca
sign wrong_name mail.example.org ca
sign other_ca localhost stranger

# --- who may send --------------------------------------------------------------
mkdir -p "$dir/etc/sasl" "$dir/queue" "$dir/data" "$dir/mail"
chmod 755 "$dir"
printf 'se/cret p@ss' | saslpasswd2 -p -c -f "$dir/sasldb" -u localhost henji
chown postfix: "$dir/sasldb" "$dir/data" "$dir/mail"
# Debian reads it here, wherever cyrus_sasl_config_path points.
cat >"$dir/etc/sasl/smtpd.conf" <<END
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: $dir/sasldb
mech_list: PLAIN LOGIN
log_level: 0
END

# --- Postfix -------------------------------------------------------------------
mapfile -t ports < <(python3 -c '
import socket
all = [socket.socket() for _ in range(5)]
for s in all: s.bind(("127.0.0.1", 0))
for s in all: print(s.getsockname()[1])')
cat >"$dir/etc/main.cf" <<END
compatibility_level = 3.6
queue_directory = $dir/queue
data_directory = $dir/data
command_directory = /usr/sbin
daemon_directory = $bin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = localhost
mydestination =
mynetworks =
maillog_file_prefixes = $dir
maillog_file = $dir/log
virtual_mailbox_domains = example.jp
virtual_mailbox_base = $dir
virtual_mailbox_maps = static:mail/
virtual_uid_maps = static:$(id -u postfix)
virtual_gid_maps = static:$(id -g postfix)
virtual_minimum_uid = 1
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = localhost
smtpd_tls_chain_files = $dir/good.chain
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_session_cache_database =
biff = no
END
tls="-o smtpd_sasl_auth_enable=yes"
cat >"$dir/etc/master.cf" <<END
127.0.0.1:${ports[0]} inet n - n - - smtpd $tls
127.0.0.1:${ports[1]} inet n - n - - smtpd $tls -o smtpd_tls_wrappermode=yes
127.0.0.1:${ports[2]} inet n - n - - smtpd $tls -o smtpd_tls_chain_files=$dir/wrong_name.chain
127.0.0.1:${ports[3]} inet n - n - - smtpd $tls -o smtpd_tls_chain_files=$dir/other_ca.chain
127.0.0.1:${ports[4]} inet n - n - - smtpd -o smtpd_tls_security_level=none
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
END
# What `postfix check` would make, which wants a whole installation.
(
  cd "$dir/queue"
  mkdir active bounce corrupt defer deferred flush hold incoming private saved trace pid public maildrop
  chmod 700 active bounce corrupt defer deferred flush hold incoming private saved trace
  chown postfix: active bounce corrupt defer deferred flush hold incoming private saved trace
  chown postfix:postdrop public maildrop
  chmod 710 public
  chmod 730 maildrop
)
MAIL_CONFIG=$dir/etc setsid "$bin/master" -c "$dir/etc" -d &
master=$!
trap 'kill $master 2>/dev/null; wait $master 2>/dev/null || true' EXIT
for _ in $(seq 200); do
  if (exec 3<>"/dev/tcp/127.0.0.1/${ports[4]}") 2>/dev/null; then break; fi
  kill -0 "$master" 2>/dev/null || { cat "$dir/log" >&2 || true; exit 1; }
  sleep 0.05
done
say "{\"starttls\":${ports[0]},\"smtps\":${ports[1]},\"wrong_name\":${ports[2]},\"other_ca\":${ports[3]},\"bare\":${ports[4]}}"
cat >/dev/null
