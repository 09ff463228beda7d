#!/bin/bash
# Runs k8s/base/redis as three pods and a proxy in a network namespace of its own, takes the master away, and then all pods.
# Each line it prints is what a client of the proxy sees. Called by redis-failover.ops.test.ts with the files and a work folder.
set -euo pipefail
files=$1 work=$2
nodes=redis-nodes.freight.svc.cluster.local
proxy=127.0.30.1
declare -A redis sentinel

ip link set lo up
mount --make-rprivate /
{
  echo '127.0.0.1 localhost'
  for pod in 0 1 2; do echo "127.0.20.$pod redis-$pod.$nodes"; done
} > "$work/hosts"
mount --bind "$work/hosts" /etc/hosts
trap 'kill -9 $(jobs -p) 2>/dev/null || true' EXIT

# Each pod has its own address and its own folders instead of /data, /files and /sentinel.
for pod in 0 1 2; do
  own=$work/$pod
  mkdir -p "$own"/{files,redis,sentinel}
  cp "$files"/* "$own/files"
  sed -i "s#^dir /data#dir $own/redis\nbind 127.0.20.$pod#" "$own/files/redis.conf"
  sed -i "s#/files/#$own/files/#; s#/sentinel/#$own/sentinel/#" "$own/files/start-redis.sh"
  sed -i "s#/data#$own/sentinel#; s#^port #bind 127.0.20.$pod\nport #" "$own/files/start-sentinel.sh"
done
# Names stand in the hosts file, so the proxy needs no name server.
sed "s/ resolvers cluster//; /^resolvers cluster/,/^\$/d; s/bind :/bind $proxy:/" "$files/haproxy.cfg" > "$work/haproxy.cfg"

start() {
  HOSTNAME=redis-$1 NODES=$nodes sh "$work/$1/files/start-redis.sh" > "$work/$1/redis.log" 2>&1 &
  redis[$1]=$!
  HOSTNAME=redis-$1 NODES=$nodes sh "$work/$1/files/start-sentinel.sh" > "$work/$1/sentinel.log" 2>&1 &
  sentinel[$1]=$!
}
end() { kill -9 "${redis[$1]}" "${sentinel[$1]}"; }
ask() { redis-cli -h "$proxy" "$@" 2>&1; }
at() { redis-cli -h "127.0.20.$1" "${@:2}" 2>&1 | tr -d '\r'; }
until_true() { until "$@"; do sleep 0.1; done; }
is_up() { [ "$(at "$1" ping)" = PONG ]; }
writes() { [ "$(ask set "$1" "$2")" = OK ]; }
knows_replicas() { [ "$(redis-cli -h "127.0.20.$1" -p 26379 --raw sentinel replicas freight | grep -c '^runid$')" = 2 ]; }
master() { for pod in 0 1 2; do if at "$pod" info replication | grep -q ^role:master; then echo "redis-$pod"; fi; done; }
follows() { at "$1" info replication | grep -q ^master_link_status:up; }

for pod in 0 1 2; do start $pod; until_true is_up $pod; done
haproxy -f "$work/haproxy.cfg" > "$work/haproxy.log" 2>&1 &
until_true writes first one
for pod in 0 1 2; do until_true knows_replicas $pod; done
echo "master at first: $(master)"

end 0
until_true writes second two
taken=$(master)
echo "another master: $([ "$taken" != redis-0 ] && echo yes)"
echo "written before: $(ask get first)"

start 0
until_true follows 0
echo "master after the return of redis-0: $([ "$(master)" = "$taken" ] && echo the same)"

for pod in 0 1 2; do end $pod; done
for pod in 0 1 2; do start $pod; until_true is_up $pod; done
until_true writes third three
echo "master after an outage of all: $([ "$(master)" = "$taken" ] && echo the same)"
echo "written in between: $(ask get second)"
