#!/bin/sh
# Starts a sentinel: two of three must agree that the master is away for 5 s, and then name another one.
set -eu
file=/data/sentinel.conf
if [ ! -f "$file" ]; then
  cat > "$file" <<END
port 26379
dir /data
protected-mode no
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $HOSTNAME.$NODES
sentinel monitor freight redis-0.$NODES 6379 2
sentinel down-after-milliseconds freight 5000
sentinel failover-timeout freight 30000
sentinel parallel-syncs freight 1
END
fi
exec redis-server "$file" --sentinel
