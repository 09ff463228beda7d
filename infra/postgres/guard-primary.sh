#!/bin/bash
# guard-primary.sh NEEDED: runs beside the primary of all regions. Without NEEDED regions that follow it, the primary accepts no writes after 10 s,
# because they may follow another one then (promote-region.sh). It accepts writes again when they follow it again. Reads go on.
set -uo pipefail
needed=$1
lease=10
last=$SECONDS
is_fenced=

sql() { psql -XAtq -v ON_ERROR_STOP=1 -d postgres -c "$1"; }
set_read_only() { sql "ALTER SYSTEM SET default_transaction_read_only = $1" && sql 'SELECT pg_reload_conf()' > /dev/null; }

while sleep 1; do
  following=$(sql "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND reply_time > now() - interval '4 s'") || continue
  if [ "$following" -ge "$needed" ]; then
    last=$SECONDS
    [ -z "$is_fenced" ] || { set_read_only off && is_fenced=; }
  elif [ -z "$is_fenced" ] && [ $((SECONDS - last)) -ge "$lease" ]; then
    # Transactions that have begun could still write.
    set_read_only on && sleep 0.2 && is_fenced=1 &&
      sql "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()" > /dev/null
  fi
done
