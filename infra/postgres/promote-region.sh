#!/bin/bash
# promote-region.sh STANDBYS CANDIDATE [OTHER CONNINFO]…: makes the database of another region the primary (docs/runbooks/region-failover.md).
# STANDBYS counts the regions that followed the former primary, whether they answer or not. CANDIDATE and OTHER are standbys, as administrator, by a URL or as
# `host=… user=…`; CONNINFO says how OTHER reaches the candidate. More than half of the standbys have to be named and to leave the former primary:
# its guard refuses writes then, also when it is back.
set -euo pipefail
standbys=$1
candidate=$2
shift 2
lease=15
quote="'"

sql() { PGCONNECT_TIMEOUT=5 psql -XAtq -v ON_ERROR_STOP=1 -d "$1" -c "$2"; }
refuse() { echo "$1" >&2; exit 1; }
follow() {
  sql "$1" "ALTER SYSTEM SET primary_conninfo = '${2//$quote/$quote$quote}'"
  sql "$1" 'SELECT pg_reload_conf()' > /dev/null
  for _ in {1..50}; do
    [ "$(sql "$1" "SELECT current_setting('primary_conninfo')")" != "$2" ] || return 0
    sleep 0.1
  done
  refuse 'A server keeps its primary_conninfo, such as one that has it in its command line. Nothing was promoted. Change it there and run this again.'
}
# Locks a server against other promotions, in a session that ends with this script.
lock() {
  local held session
  exec {session}> >(PGCONNECT_TIMEOUT=5 exec psql -XAtq -d "$1" > "$answer")
  # A lock counts within one database.
  printf '%s\n' '\connect postgres' "SELECT pg_try_advisory_lock(hashtext('promote-region'));" >&"$session"
  read -r held < "$answer" && [ "$held" = t ]
}
# The candidate follows nobody.
servers=("$candidate")
primaries=('')
[ $(($# % 2)) = 0 ] || refuse 'Nothing was changed: OTHER and its CONNINFO are two arguments.'
while [ $# -gt 0 ]; do
  servers+=("$1")
  primaries+=("$2")
  shift 2
done
answer=$(mktemp -u)
mkfifo -m 600 "$answer"
trap 'rm -f "$answer"' EXIT

[ $((2 * ${#servers[@]})) -gt "$standbys" ] ||
  refuse "Nothing was changed: ${#servers[@]} of $standbys standbys is not more than half, so the former primary could go on writing.
Name more standbys as OTHER CONNINFO. If they do not answer: switch the former primary off, see docs/runbooks/region-failover.md."
declare -A server_by_start
for server in "${servers[@]}"; do
  started=$(sql "$server" 'SELECT extract(epoch FROM pg_postmaster_start_time())')
  [ -z "${server_by_start[$started]:-}" ] || refuse 'A standby is named twice: nothing was changed.'
  server_by_start[$started]=$server
done
# Every operator locks in the same order, so that exactly one of several gets through.
for started in $(printf '%s\n' "${!server_by_start[@]}" | sort -n); do
  lock "${server_by_start[$started]}" || refuse 'Somebody else is promoting a region with one of these standbys: nothing was changed.'
done
for server in "${servers[@]}"; do
  [ "$(sql "$server" 'SELECT pg_is_in_recovery()')" = t ] || refuse 'A server is no standby: nothing was changed.'
done
for index in "${!servers[@]}"; do follow "${servers[$index]}" "${primaries[$index]}"; done
sleep "$lease" # The guard of the former primary has refused writes by now.
echo "The log ends at $(sql "$candidate" 'SELECT pg_last_wal_replay_lsn()'), its last commit was at $(sql "$candidate" 'SELECT pg_last_xact_replay_timestamp()')."
sql "$candidate" "ALTER SYSTEM SET synchronous_standby_names = ''"
sql "$candidate" 'SELECT pg_promote(true, 30)' > /dev/null
