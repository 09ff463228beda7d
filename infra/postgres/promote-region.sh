#!/bin/bash
# promote-region.sh CANDIDATE [OTHER=CONNINFO…]: makes the database of another region the primary (docs/runbooks/region-failover.md). CANDIDATE and
# OTHER are connection strings of standbys, as administrator; CONNINFO says how OTHER reaches the candidate. All of them must answer: with the
# candidate, they have to be more than half of the regions. Nobody follows the former primary afterwards, so that its guard refuses writes, also when it is back.
set -euo pipefail
candidate=$1
shift
lease=15

sql() { PGCONNECT_TIMEOUT=5 psql -XAtq -v ON_ERROR_STOP=1 -d "$1" -c "$2"; }
follow() { sql "$1" "ALTER SYSTEM SET primary_conninfo = '$2'" && sql "$1" 'SELECT pg_reload_conf()' > /dev/null; }

for server in "$candidate" "${@%%=*}"; do
  [ "$(sql "$server" 'SELECT pg_is_in_recovery()')" = t ] || { echo 'A server is no standby: nothing was changed.' >&2; exit 1; }
done
follow "$candidate" ''
for pair in "$@"; do follow "${pair%%=*}" "${pair#*=}"; done
sleep "$lease" # The guard of the former primary has refused writes by now.
echo "The log ends at $(sql "$candidate" 'SELECT pg_last_wal_replay_lsn()'), its last commit was at $(sql "$candidate" 'SELECT pg_last_xact_replay_timestamp()')."
sql "$candidate" "ALTER SYSTEM SET synchronous_standby_names = ''"
sql "$candidate" 'SELECT pg_promote(true, 30)' > /dev/null
