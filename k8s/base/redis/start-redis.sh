#!/bin/sh
# Starts Redis as a replica of the master, or as the master. The sentinels know it; when none responds, such as after an outage of all pods,
# the file of the own sentinel names the last one. redis-0 is the master of a new installation.
set -eu
self="$HOSTNAME.$NODES"
asked=$(redis-cli -h "$NODES" -p 26379 -t 2 --raw sentinel get-master-addr-by-name freight 2>/dev/null | head -n 1) || true
last=$(sed -n 's/^sentinel monitor freight \([^ ]*\) .*/\1/p' /sentinel/sentinel.conf 2>/dev/null) || true
case "$asked" in *."$NODES") master=$asked ;; *) master=${last:-redis-0.$NODES} ;; esac
set -- redis-server /files/redis.conf --replica-announce-ip "$self"
if [ "$master" != "$self" ]; then set -- "$@" --replicaof "$master" 6379; fi
exec "$@"
