# For scripts of the service `backup`: a second cluster beside the database, restored from the newest backup and the archive.
cluster=/var/lib/pgbackrest/restored/main
sockets=/var/lib/pgbackrest/restored
live=/var/run/postgresql
export PGUSER=postgres PGDATABASE=postgres

stop_second_cluster() {
  pg_ctl -D "$cluster" -m immediate stop > /dev/null 2>&1 || true
  rm -rf "$cluster"
}

# One at a time, because there is one folder. The programs of a script that was killed keep the lock until they have ended, too.
claim_second_cluster() {
  mkdir -p "$sockets"
  exec 9>> "$sockets/lock"
  flock --nonblock 9 && echo "$$ $0" > "$sockets/lock" && return
  echo "A restore test or mend-table.sh runs already (process $(cat "$sockets/lock")). Wait until it has ended, or end it, and try again." >&2
  exit 1
}

# Archives the log up to this moment, restores to it, and starts PostgreSQL. It is removed when the script ends.
start_second_cluster() {
  local point
  claim_second_cluster
  trap stop_second_cluster EXIT
  stop_second_cluster
  install -d -m 700 "$cluster"
  point=restored-$(date +%s)
  psql -XAtq -h "$live" -c "SELECT pg_create_restore_point('$point')" > /dev/null
  pgbackrest --stanza=main check
  pgbackrest --stanza=main --pg1-path="$cluster" --type=name --target="$point" --target-action=promote --archive-mode=off restore
  pg_ctl -D "$cluster" -w -t 3600 -l "$sockets/server.log" -o "-c config_file=/etc/postgresql/postgresql.conf -c listen_addresses='' \
    -c unix_socket_directories=$sockets -c shared_buffers=128MB -c archive_mode=off" start > /dev/null 9>&-
  until [ "$(psql -XAtq -h "$sockets" -c 'SELECT pg_is_in_recovery()')" = f ]; do sleep 1; done
}
