import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import type { Log } from '#shared/runtime/log.ts';
import { ownRules } from '../access/documents/validation-rules.ts';
import type { GatewayConfig } from '../config.ts';
import type { ApolloContext } from './context.ts';
import { UnmaskedError } from './unmasked-error.ts';

/** Creates the Apollo Server in front of @apollo/gateway. The pipeline has already read and checked every operation that reaches it. */
export function createApolloServer(
  gateway: GatewayInterface,
  config: Pick<GatewayConfig, 'introspection' | 'limits'>,
  log: Log,
): ApolloServer<ApolloContext> {
  return new ApolloServer<ApolloContext>({
    gateway,
    introspection: true, // the validation rules decide
    validationRules: [...ownRules(config)],
    parseOptions: { maxTokens: config.limits.maxTokens },
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    logger: { debug() {}, info() {}, warn: (text) => log.warn(text), error: (text) => log.error(text) },
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
    formatError: (formatted, error) => new UnmaskedError(formatted, error),
  });
}
