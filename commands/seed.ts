import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError, needs, parseEnvironment } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { isLoopback } from '#shared/runtime/loopback.ts';
import { demoCredentials } from '../demo/accounts.ts';
import { readPassword } from './accounts/read-password.ts';
import { seedSettings } from './demo-settings.ts';
import { signIn } from './import/sign-in.ts';
import { seedAcceptance } from './seed/acceptance.ts';

const demo = demoCredentials('admin');

const command = {
  call: 'npm run seed --',
  takes: 'acceptance',
  does: 'Creates 50 sample shipments over all statuses through the graph, and what is missing of them on a second run. See docs/operations/acceptance.md.',
  options: {
    url: {
      type: 'string',
      value: 'URL',
      default: 'http://127.0.0.1:4000/graphql',
      help: 'GraphQL address of the gateway',
    },
    email: { type: 'string', value: 'EMAIL', default: demo.email, help: 'an administrator; the demo administrator' },
    'password-stdin': { type: 'boolean', default: false, help: 'reads the password from the first line of the input' },
    code: { type: 'string', value: 'CODE', help: 'code of the second factor of an account that has one' },
    'allow-production': {
      type: 'boolean',
      default: false,
      help: 'also where NODE_ENV is production, or where the gateway runs on another host',
    },
  },
} as const;

/** Samples stay for good: shipments cannot be deleted. */
function refuseProduction(url: string): void {
  const { NODE_ENV: environment } = parseEnvironment(seedSettings, process.env);
  if (environment !== 'production' && isLoopback(new URL(url).hostname)) return;
  throw new ConfigurationError(
    '--allow-production: required for a gateway on another host and with NODE_ENV=production, because the samples stay there for good.',
  );
}

try {
  const { values, positionals } = readCommandLine(command);
  const { url, email, code } = values;
  if (positionals.join(' ') !== 'acceptance') throw needs('npm run seed', 'acceptance', positionals.join(' '));
  if (!URL.canParse(url)) throw needs('--url', 'a URL', url);
  if (!values['allow-production']) refuseProduction(url);
  const password = values['password-stdin'] ? await readPassword() : demo.password;
  const scopes = ['access:write', 'fleet:write', 'fleet:assign', 'shipments:write', 'shipments:advance'];
  const client = await signIn({ url, email, password, code, scopes });
  const { created, statuses, changed } = await seedAcceptance(client);
  console.log(`${created} created. Samples by status: ${JSON.stringify(statuses)}`);
  if (changed.length > 0) console.log(`Others have changed these, so they stay as they are: ${changed.join(', ')}`);
} catch (error) {
  exitWith(error);
}
