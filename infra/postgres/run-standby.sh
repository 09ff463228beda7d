#!/bin/bash
# Copies the primary on the first start, then follows it through its replication slot.
set -euo pipefail
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  rm -rf "$PGDATA"
  install -d -m 700 -o postgres -g postgres "$PGDATA"
  export PGPASSWORD="$REPLICATION_PASSWORD"
  gosu postgres pg_basebackup --pgdata "$PGDATA" --write-recovery-conf --wal-method stream --slot standby \
    --checkpoint fast --dbname 'host=postgres user=replication application_name=standby'
fi
exec gosu postgres postgres -c config_file=/etc/postgresql/postgresql.conf
