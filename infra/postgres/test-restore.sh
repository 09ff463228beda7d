#!/bin/bash
# The restore test: restores the newest backup and the archive up to this moment into an empty folder, starts PostgreSQL there, reads every row,
# checks tables and indexes, and compares the number of rows with that of the database.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/second-cluster.sh"

databases() { psql -XAtq -h "$1" -c 'SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1'; }

# A line for each table: its name with that of the database, and its rows.
count_rows() {
  for database in $(databases "$1"); do
    psql -XAtq -F ' ' -h "$1" -d "$database" <<'SQL'
SELECT format('SELECT %L, count(*) FROM %I.%I', current_database() || '/' || schemaname || '.' || tablename, schemaname, tablename)
FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1 \gexec
SQL
  done | sort
}

rows_before=$(count_rows "$live")
start_second_cluster

for database in $(databases "$sockets"); do pg_dump -h "$sockets" --file /dev/null "$database"; done
pg_amcheck -h "$sockets" --all --install-missing --heapallindexed

# Clients write while the rows of the database are counted: 1 % and 100 rows of a table may differ, and there may be new tables.
join -a 1 -e -1 -o 0,1.2,2.2 <(sed '/^$/d' <<< "$rows_before") <(count_rows "$sockets") |
  awk '{ far = $2 - $3; if (far < 0) far = -far
    if ($3 < 0 || far > 100 + $2 / 100) { print "restore test: " $1 " has " $3 " rows; the database had " $2; wrong = 1 }
    rows += $3 } END { if (NR == 0) { print "restore test: the database has no tables, so nothing is proved"; wrong = 1 }
    if (!wrong) print "restore test: " NR " tables with " rows + 0 " rows are whole"; exit wrong }'
