import { resolve } from 'node:path';
import { z } from 'zod';
import { demoApiKey } from '#shared/identity/api-keys.ts';
import { API_KEY_SECRET } from '#shared/identity/key-settings.ts';
import { loadApiKeySecret } from '#shared/identity/keys.ts';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError, parseEnvironment } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { DATA_DIR, NODE_ENV } from '#shared/settings/settings.ts';

const command = {
  call: 'npm run -s demo --',
  does: 'Prints the API key of the demo partner, also before the first start.',
  takes: 'partner-key',
  options: {},
} as const;

const settings = z.object({ NODE_ENV, DATA_DIR, API_KEY_SECRET });

try {
  const { positionals } = readCommandLine(command);
  if (positionals.join(' ') !== 'partner-key') {
    throw new ConfigurationError(`Only the key of the demo partner can be printed: ${command.call} partner-key`);
  }
  const { NODE_ENV: environment, DATA_DIR: dataDir, API_KEY_SECRET: given } = parseEnvironment(settings, process.env);
  if (environment === 'production') {
    throw new ConfigurationError('NODE_ENV: a value other than production is required; production has no demo key.');
  }
  console.log(demoApiKey(await loadApiKeySecret({ given, dataDir: resolve(dataDir) })));
} catch (error) {
  exitWith(error);
}
