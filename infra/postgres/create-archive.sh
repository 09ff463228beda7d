#!/bin/bash
# Runs once, when the primary is created: prepares the repository, so that the first segment of the log can be archived.
set -euo pipefail
pgbackrest --stanza=main --no-online stanza-create
