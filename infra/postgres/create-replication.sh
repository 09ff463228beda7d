#!/bin/bash
# Runs once, when the primary is created: the role and the slot of the standby.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -v password="$REPLICATION_PASSWORD" --username postgres --dbname postgres <<'SQL'
CREATE ROLE replication LOGIN REPLICATION PASSWORD :'password';
SELECT pg_create_physical_replication_slot('standby');
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
SQL
echo 'host replication replication all scram-sha-256' >> "$PGDATA/pg_hba.conf"
