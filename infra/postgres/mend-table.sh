#!/bin/bash
# mend-table.sh DATABASE SCHEMA.TABLE: gives a table with unreadable pages its rows back (docs/runbooks/corrupted-table.md). Nobody may write to the
# table meanwhile. The table is rewritten without the unreadable pages; the rows that were in them come from a second cluster, which is restored
# from the newest backup and the archive.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/second-cluster.sh"
database=$1
table=$2

start_second_cluster
export PGDATABASE=$database

columns=$(psql -XAtq -h "$live" -v table="$table" <<'SQL'
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
WHERE attrelid = :'table'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
SQL
)
psql -XAtq -h "$live" -v ON_ERROR_STOP=1 -c 'SET zero_damaged_pages = on' -c "VACUUM FULL $table"
# Triggers and foreign keys do not fire: the rows are those that were there before.
{
  cat << SQL
SET session_replication_role = replica;
BEGIN;
LOCK TABLE $table IN EXCLUSIVE MODE;
CREATE TEMP TABLE restored ON COMMIT DROP AS SELECT $columns FROM $table LIMIT 0;
COPY restored ($columns) FROM STDIN;
SQL
  psql -XAtq -h "$sockets" -v ON_ERROR_STOP=1 -c "COPY (SELECT $columns FROM $table) TO STDOUT"
  cat << SQL
\.
WITH added AS (
  INSERT INTO $table ($columns) OVERRIDING SYSTEM VALUE SELECT $columns FROM restored ON CONFLICT DO NOTHING RETURNING 1
) SELECT count(*) || ' rows of $table are back' FROM added;
COMMIT;
SQL
} | psql -XAtq -h "$live" -v ON_ERROR_STOP=1
pg_amcheck -h "$live" --database "$database" --table "$table" --install-missing --heapallindexed
