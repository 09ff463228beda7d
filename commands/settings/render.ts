import { describeSetting, type SettingDescription } from './describe.ts';
import type { ProcessSettings } from './processes.ts';

function settingsOf({ settings }: ProcessSettings): SettingDescription[] {
  return Object.entries(settings).map(([name, schema]) => describeSetting(name, schema));
}

/** The text of docs/settings.md. */
export function renderReference(processes: readonly ProcessSettings[]): string {
  return [
    '# Settings',
    '',
    'Written by `npm run settings` from the schemas in the code; a test fails when this file is stale. Settings come from the environment.',
    'A start checks them first and prints one line for each setting that is wrong. Which process holds which secret in production, and why:',
    '[decision 0015](decisions/0015-processes.md).',
    ...processes.flatMap((one) => [
      '',
      `## ${one.title}`,
      one.about,
      '',
      '| setting | what it says | values | where it is absent |',
      '|---|---|---|---|',
      ...settingsOf(one).map(
        ({ name, description, values, otherwise }) =>
          `| \`${name}\` | ${cell(description)} | ${cell(values)} | ${cell(otherwise)} |`,
      ),
    ]),
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** The text of .env.example: each setting once, under the first process that reads it. */
export function renderExample(processes: readonly ProcessSettings[]): string {
  const seen = new Set<string>();
  const isNew = ({ name }: SettingDescription): boolean => !seen.has(name) && Boolean(seen.add(name));
  return [
    '# Settings of the product, written by `npm run settings`; docs/settings.md explains them by process.',
    '# Copy this file to .env, set what you need, and load it: set -a; . ./.env; set +a; npm start',
    ...processes.flatMap((one) => {
      const settings = settingsOf(one).filter(isNew);
      if (settings.length === 0) return [];
      return ['', `## ${one.title}`, ...settings.flatMap(renderLines)];
    }),
    '',
  ].join('\n');
}

function renderLines({ name, description, values, default: fixed, otherwise }: SettingDescription): string[] {
  const absent = fixed === undefined && otherwise !== 'none' ? ` Absent: ${otherwise}.` : '';
  return [`# ${description} (${values})${absent}`, `#${name}=${fixed ?? ''}`];
}
