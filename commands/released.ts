import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { needs } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { releasedPath, releaseNow } from './migrations/released.ts';

const command = {
  call: 'npm run released --',
  does: `Writes ${releasedPath} after a release: the next one is compared with the migrations of now. See docs/guides/release.md.`,
  takes: 'VERSION',
  options: {},
} as const;

try {
  const [version = ''] = readCommandLine(command).positionals;
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw needs('npm run released', 'a version such as 1.2.0', version);
  writeFileSync(join(import.meta.dirname, '..', releasedPath), `${JSON.stringify(releaseNow(version), null, 2)}\n`);
  console.log(`${releasedPath} is written.`);
} catch (error) {
  exitWith(error);
}
