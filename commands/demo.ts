import { resolve } from 'node:path';
import { demoApiKey } from '#shared/identity/api-keys.ts';
import { loadApiKeySecret } from '#shared/identity/keys.ts';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError, needs, parseEnvironment } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { demoCode, demoStaff } from '../demo/second-factor.ts';
import { demoSettings } from './demo-settings.ts';

const command = {
  call: 'npm run -s demo --',
  does: 'Prints the API key of the demo partner, also before the first start, or the code of now of a demo account with DEMO_SECOND_FACTOR=1.',
  takes: 'partner-key | code EMAIL',
  options: {},
} as const;

/** What to print, given the secret of the installation. @throws ConfigurationError */
function printerOf([what, email = '', ...rest]: readonly string[]): (secret: string) => string {
  if (what === 'partner-key' && email === '') return demoApiKey;
  if (what !== 'code' || rest.length > 0) {
    throw needs('npm run demo', 'partner-key or code EMAIL', [what, email, ...rest].join(' ').trim());
  }
  if (!demoStaff.includes(email)) {
    throw needs('EMAIL', `one of ${demoStaff.join(', ')}`, email);
  }
  return (secret) => demoCode(email, secret, new Date());
}

try {
  const { positionals } = readCommandLine(command);
  const print = printerOf(positionals);
  const {
    NODE_ENV: environment,
    DATA_DIR: dataDir,
    API_KEY_SECRET: given,
  } = parseEnvironment(demoSettings, process.env);
  if (environment === 'production') {
    throw new ConfigurationError('NODE_ENV needs a value other than production, which has no demo data.');
  }
  console.log(print(await loadApiKeySecret({ given, dataDir: resolve(dataDir) })));
} catch (error) {
  exitWith(error);
}
