#!/bin/bash
# Copies the primary on the first start, then follows it through its replication slot.
set -euo pipefail
# The password is read from the environment at every start, so that a new one counts. Arguments of a process show none.
export PGPASSWORD="$REPLICATION_PASSWORD"
primary='host=postgres user=replication application_name=standby'
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  rm -rf "$PGDATA"
  install -d -m 700 -o postgres -g postgres "$PGDATA"
  gosu postgres pg_basebackup --pgdata "$PGDATA" --write-recovery-conf --wal-method stream --slot standby \
    --checkpoint fast --dbname "$primary"
fi
exec gosu postgres postgres -c config_file=/etc/postgresql/postgresql.conf -c "primary_conninfo=$primary"
