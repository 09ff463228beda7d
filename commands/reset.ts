import { rmSync } from 'node:fs';
import { requireServer } from '#shared/database/postgres/given-server.ts';
import { embeddedFolder } from '#shared/database/postgres/open-postgres.ts';
import { stopUnusedServer } from '#shared/database/postgres/stop-unused.ts';
import { asAdmin, databaseName, dropDatabase } from '#shared/database/provision.ts';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { readProductConfig } from '#shared/settings/product-config.ts';
import { lockDataFolder } from './lock.ts';

/** Removes all data, so that the next `npm start` starts over. Refused in production and while the product runs. */
async function reset(): Promise<void> {
  readCommandLine({
    call: 'npm run reset --',
    does: 'Removes the data of this installation. Refused in production and while the product runs.',
    options: {},
  });
  const config = readProductConfig();
  if (config.environment === 'production')
    throw new ConfigurationError('NODE_ENV: reset runs outside production only; got production');
  const unlock = lockDataFolder(config.dataDir);
  try {
    if (config.databaseUrl) {
      await requireServer(config.databaseUrl);
      await asAdmin(config.databaseUrl, undefined, (client) => dropDatabase(client, databaseName));
      console.log(`Dropped the database "${databaseName}".`);
    } else {
      const folder = embeddedFolder(config);
      await stopUnusedServer(folder);
      rmSync(folder, { recursive: true, force: true });
      console.log(`Removed ${folder}.`);
    }
  } finally {
    unlock();
  }
}

try {
  await reset();
} catch (error) {
  exitWith(error);
}
