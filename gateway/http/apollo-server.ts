import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import type { Log } from '#shared/log.ts';
import type { GatewayConfig } from '../config.ts';
import { stringifyPrewritten } from '../engine/apollo.ts';
import type { GatewayContext } from '../execute/request-scope.ts';
import { ownRules } from '../supergraph/open-generation.ts';
import { currentRequest } from './current-request.ts';
import { showError } from './public-error.ts';

/** Apollo Server without anything that costs time per request and is done elsewhere: parsing, caching, reporting. */
export function createApolloServer(
  gateway: GatewayInterface,
  config: GatewayConfig,
  log: Log,
): ApolloServer<GatewayContext> {
  return new ApolloServer<GatewayContext>({
    gateway,
    introspection: true, // the validation rules decide
    validationRules: [...ownRules(config)],
    parseOptions: { maxTokens: config.limits.maxTokens },
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    logger: { debug() {}, info() {}, warn: (text) => log.warn(text), error: (text) => log.error(text) },
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
    // The request has been through `checkDocument`; what isn't valid there is parsed here, to be reported in full.
    documentStore: {
      get: async () => currentRequest()?.document,
      set: async () => {},
      delete: async () => {},
    },
    formatError(formatted, error) {
      return showError(formatted, error, currentRequest(), log);
    },
    stringifyResult: stringifyPrewritten,
  });
}
