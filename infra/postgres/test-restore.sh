#!/bin/bash
# The restore test: restores the newest backup and the archive up to this moment into an empty folder, starts PostgreSQL there, reads every row,
# checks tables and indexes, and compares the number of rows with that of the database.
set -euo pipefail
cluster=/var/lib/pgbackrest/restored/main
sockets=/var/lib/pgbackrest/restored
live=/var/run/postgresql
export PGUSER=postgres PGDATABASE=postgres

cleanup() {
  pg_ctl -D "$cluster" -m immediate stop > /dev/null 2>&1 || true
  rm -rf "$cluster"
}
trap cleanup EXIT
rm -rf "$cluster"
install -d -m 700 "$cluster"

databases() { psql -XAtq -h "$1" -c 'SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1'; }

# A line for each table: database, table, rows.
count_rows() {
  for database in $(databases "$1"); do
    psql -XAtq -F ' ' -h "$1" -d "$database" <<'SQL'
SELECT format('SELECT %L, count(*) FROM %I.%I', current_database() || ' ' || schemaname || '.' || tablename, schemaname, tablename)
FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1 \gexec
SQL
  done
}

point=restore-test-$(date +%s)
rows_before=$(count_rows "$live")
psql -XAtq -h "$live" -c "SELECT pg_create_restore_point('$point')" > /dev/null
# Waits until the log up to this moment is in the archive.
pgbackrest --stanza=main check

pgbackrest --stanza=main --pg1-path="$cluster" --type=name --target="$point" --target-action=promote --archive-mode=off restore
pg_ctl -D "$cluster" -w -t 3600 -l "$sockets/server.log" -o "-c config_file=/etc/postgresql/postgresql.conf -c listen_addresses='' \
  -c unix_socket_directories=$sockets -c shared_buffers=128MB -c archive_mode=off" start > /dev/null
until [ "$(psql -XAtq -h "$sockets" -c 'SELECT pg_is_in_recovery()')" = f ]; do sleep 1; done

for database in $(databases "$sockets"); do pg_dump -h "$sockets" --file /dev/null "$database"; done
pg_amcheck -h "$sockets" --all --install-missing --heapallindexed

# Clients write while the rows of the database are counted: 1 % and 100 rows of a table may differ.
join -a 1 -a 2 -e -1 -o 0,1.2,2.2 \
  <(awk '{ print $1 "/" $2, $3 }' <<< "$rows_before" | sort) <(count_rows "$sockets" | awk '{ print $1 "/" $2, $3 }' | sort) |
  awk '{ far = $2 - $3; if (far < 0) far = -far
    if ($2 < 0 || $3 < 0 || far > 100 + $2 / 100) { print "restore test: " $1 " has " $3 " rows; the database has " $2; wrong = 1 }
    rows += $3 } END { if (!wrong) print "restore test: " NR " tables with " rows " rows are whole"; exit wrong }'
