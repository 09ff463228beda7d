#!/bin/sh
# Starts Redis as a replica of the master, or as the master. The sentinels know it; when none responds, such as after an outage of all pods,
# the file of the own sentinel names the last one. redis-0 is the master of a new installation.
set -eu
self="$HOSTNAME.$NODES"
master=
for pod in redis-0 redis-1 redis-2; do
  [ -n "$master" ] || master=$(timeout 3 redis-cli -h "$pod.$NODES" -p 26379 --raw sentinel get-master-addr-by-name freight 2>/dev/null | grep -F ".$NODES") || true
done
[ -n "$master" ] || master=$(sed -n 's/^sentinel monitor freight \([^ ]*\) .*/\1/p' /sentinel/sentinel.conf 2>/dev/null) || true
[ -n "$master" ] || master="redis-0.$NODES"
set -- redis-server /files/redis.conf --replica-announce-ip "$self"
if [ "$master" != "$self" ]; then set -- "$@" --replicaof "$master" 6379; fi
exec "$@"
