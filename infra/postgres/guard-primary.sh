#!/bin/bash
# guard-primary.sh NEEDED: runs beside the primary of all regions. Without NEEDED regions that follow it, the primary accepts no writes after 10 s,
# because they may follow another one then (promote-region.sh). It accepts writes again when they follow it again. Reads go on.
# The fence is the setting default_transaction_read_only of the server. A guard that starts again finds it there.
set -uo pipefail
needed=$1
lease=10
last=-$lease # The guard does not know how long the regions have been away. One that starts again must not lengthen the lease.

sql() { psql -XAtq -v ON_ERROR_STOP=1 -d postgres -c "$1"; }
set_read_only() { sql "ALTER SYSTEM SET default_transaction_read_only = $1" && sql 'SELECT pg_reload_conf()' > /dev/null; }

while sleep 1; do
  state=$(sql "SELECT current_setting('default_transaction_read_only'), count(*) FROM pg_stat_replication
    WHERE state = 'streaming' AND reply_time > now() - interval '4 s'") || continue
  read_only=${state%|*} following=${state#*|}
  if [ "$following" -ge "$needed" ]; then
    last=$SECONDS
    [ "$read_only" = off ] || set_read_only off
  elif [ $((SECONDS - last)) -ge "$lease" ]; then
    [ "$read_only" = on ] || set_read_only on
    # Transactions that began before the fence could still write. A session follows the setting a moment after the server has read it.
    sql "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND xact_start < pg_conf_load_time() + interval '0.2 s'" > /dev/null
  fi
done
