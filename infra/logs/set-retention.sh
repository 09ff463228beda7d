#!/bin/bash
# Keeps logs for 30 days: a lifecycle policy, and the template that gives it to the data stream of Vector.
set -euo pipefail
put() { curl -fsS -X PUT -H 'content-type: application/json' "http://elasticsearch:9200/$1" -d "$2"; echo; }
put _ilm/policy/freight-logs '{"policy":{"phases":{"hot":{"actions":{"rollover":{"max_age":"1d","max_primary_shard_size":"10gb"}}},"delete":{"min_age":"30d","actions":{"delete":{}}}}}}'
put _index_template/freight-logs '{"index_patterns":["logs-freight-*"],"data_stream":{},"priority":200,"template":{"settings":{"index.lifecycle.name":"freight-logs","index.number_of_replicas":0}}}'
