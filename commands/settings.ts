import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { processes } from './settings/processes.ts';
import { renderExample, renderReference } from './settings/render.ts';

const command = {
  call: 'npm run settings --',
  does: 'Writes docs/settings.md and .env.example from the schemas of the settings.',
  options: {},
} as const;

try {
  readCommandLine(command);
  const root = resolve(import.meta.dirname, '..');
  writeFileSync(resolve(root, 'docs/settings.md'), renderReference(processes));
  writeFileSync(resolve(root, '.env.example'), renderExample(processes));
  console.log('docs/settings.md and .env.example are written.');
} catch (error) {
  exitWith(error);
}
