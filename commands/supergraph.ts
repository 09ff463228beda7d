import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError, parseEnvironment } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { createGraphClient } from '../client/graph-client.ts';
import { acceptSupergraph } from './supergraph/accept.ts';
import { supergraphSettings } from './supergraph/settings.ts';
import { showStatus } from './supergraph/show-status.ts';

/** `npm run supergraph`: what the gate of a gateway has found out about a new supergraph, and how an administrator overrules it. */
const command = {
  call: 'npm run supergraph --',
  takes: 'status | accept HASH',
  does: 'Shows which supergraph a gateway serves and which one it refuses, or accepts a refused one. See docs/guides/safe-reload.md.',
  options: {
    reason: { type: 'string', value: 'TEXT', help: 'for accept: why, for the audit trail' },
    url: {
      type: 'string',
      value: 'URL',
      default: 'http://127.0.0.1:4000/graphql',
      help: 'for accept: address of the graph',
    },
    admin: {
      type: 'string',
      value: 'URL',
      default: 'http://127.0.0.1:4100',
      help: 'for status: address of the gateway for operators',
    },
  },
} as const;

try {
  const { values, positionals } = readCommandLine(command);
  const [action, hash, ...rest] = positionals;
  if (action === 'status' && hash === undefined) {
    console.log(await showStatus(values.admin));
  } else if (action === 'accept' && hash !== undefined && rest.length === 0) {
    const { reason, url } = values;
    if (reason === undefined) throw new ConfigurationError('--reason: say why the supergraph is accepted.');
    const {
      GRAPH_TOKEN: token,
      GRAPH_EMAIL: email,
      GRAPH_PASSWORD: password,
      GRAPH_CODE: code,
    } = parseEnvironment(supergraphSettings, process.env);
    const credentials =
      token === undefined ? { account: { email, password, code } } : { headers: { authorization: `Bearer ${token}` } };
    console.log(await acceptSupergraph(createGraphClient({ url, ...credentials }), hash, reason));
  } else {
    throw new ConfigurationError('Say what to do: status, or accept HASH --reason TEXT.');
  }
} catch (error) {
  exitWith(error);
}
