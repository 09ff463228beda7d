#!/bin/bash
# The service `backup`: a base backup every night, a restore test every week, and every minute the metrics of both (docs/runbooks/restore.md).
# `run-backups.sh backup` and `run-backups.sh test` do one of them now.
set -uo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
tested=/var/lib/pgbackrest/last-restore-test
export PGHOST=/var/run/postgresql PGUSER=postgres PGDATABASE=postgres

# Full backups on Sundays, and what has changed since then on other days.
back_up() {
  local type=diff
  [ "$(date -u +%u)" = 7 ] && type=full
  pgbackrest --stanza=main --type=$type backup
}

test_restore() {
  bash "$here/test-restore.sh" && date +%s > "$tested"
}

# When the newest backup ended; empty if there is none.
last_backup() {
  psql -XAtq -v info="$(pgbackrest --stanza=main --output=json info)" <<'SQL'
SELECT max((backup->'timestamp'->>'stop')::bigint)
FROM jsonb_array_elements(:'info') stanza, jsonb_array_elements(stanza->'backup') backup
WHERE NOT coalesce((backup->>'error')::boolean, false);
SQL
}

write_metrics() {
  local last part=/textfile/backups.$BASHPID
  last=$(last_backup) || return
  {
    [ -z "$last" ] || echo "freight_backup_last_success_timestamp_seconds $last"
    [ ! -s "$tested" ] || echo "freight_restore_test_last_success_timestamp_seconds $(cat "$tested")"
    psql -XAtq -c "SELECT 'freight_wal_archive_last_success_timestamp_seconds ' || extract(epoch FROM last_archived_time)::bigint FROM pg_stat_archiver WHERE last_archived_time IS NOT NULL" \
      -c "SELECT 'freight_database_checksum_failures_total ' || coalesce(sum(checksum_failures), 0) FROM pg_stat_database"
  } > "$part" && mv "$part" /textfile/backups.prom
}

# The newest moment that was one of these, such as `02:00` or `Sunday 04:00`.
latest() {
  local at
  at=$(date -u -d "$1" +%s)
  [ "$at" -gt "$(date +%s)" ] && at=$((at - $2))
  echo "$at"
}

# Does what is due, one after the other.
do_due() {
  local last
  last=$(last_backup) || return
  if [ "${last:-0}" -lt "$(latest 02:00 86400)" ]; then
    back_up || return
    write_metrics
  fi
  if [ "$(cat "$tested" 2> /dev/null || echo 0)" -lt "$(latest 'Sunday 04:00' 604800)" ]; then
    test_restore || return
    write_metrics
  fi
}

case "${1:-}" in
  backup) back_up; exit ;;
  test) test_restore; exit ;;
esac

trap 'kill $job $pause 2> /dev/null; exit 0' TERM INT
job=
pause=
not_before=0
# The repository exists already, unless the database is older than it.
pgbackrest --stanza=main stanza-create
while true; do
  write_metrics
  if [ -n "$job" ] && ! kill -0 "$job" 2> /dev/null; then
    # After a failure it waits for ten minutes.
    wait "$job" || not_before=$(($(date +%s) + 600))
    job=
  fi
  if [ -z "$job" ] && [ "$(date +%s)" -ge "$not_before" ]; then
    do_due &
    job=$!
  fi
  sleep 60 &
  pause=$!
  wait "$pause"
done
