#!/bin/bash
# Copies the primary on the first start, then follows it through its replication slot.
set -euo pipefail
# The server reads the password from the environment at every start, so that a new one counts.
export PGPASSWORD="$REPLICATION_PASSWORD"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  rm -rf "$PGDATA"
  install -d -m 700 -o postgres -g postgres "$PGDATA"
  gosu postgres pg_basebackup --pgdata "$PGDATA" --write-recovery-conf --wal-method stream --slot standby \
    --checkpoint fast --dbname 'host=postgres user=replication application_name=standby'
fi
# pg_basebackup has written the password of the first start into primary_conninfo, where it would count more.
gosu postgres sed -i 's/ password=[^ ]* / /' "$PGDATA/postgresql.auto.conf"
exec gosu postgres postgres -c config_file=/etc/postgresql/postgresql.conf
