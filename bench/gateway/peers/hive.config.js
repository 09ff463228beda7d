import { defineConfig } from '@graphql-hive/gateway';

/** As the public benchmark configures it, plus the forwarding that every contender here does. */
export const gatewayConfig = defineConfig({
  inboundInflightRequestDeduplication: true,
  jit: true,
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') }),
  },
});
