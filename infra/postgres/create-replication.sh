#!/bin/bash
# Runs once, when the primary is created: the role and the slot of the standby, and the role that reads statistics.
set -euo pipefail
# Passwords are read from the environment: other users of the machine can read the arguments of a process.
psql -v ON_ERROR_STOP=1 --username postgres --dbname postgres <<'SQL'
\getenv password REPLICATION_PASSWORD
\getenv monitor MONITOR_PASSWORD
-- Neither the log nor the statistics of statements get the passwords.
SET log_statement = none;
SET log_min_duration_statement = -1;
SET log_min_error_statement = panic;
SET pg_stat_statements.track_utility = off;
CREATE ROLE replication LOGIN REPLICATION PASSWORD :'password';
SELECT pg_create_physical_replication_slot('standby');
CREATE ROLE monitor LOGIN PASSWORD :'monitor' IN ROLE pg_monitor CONNECTION LIMIT 8;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
SQL
echo 'host replication replication all scram-sha-256' >> "$PGDATA/pg_hba.conf"
