import { readFileSync } from 'node:fs';
import { dirname, join, matchesGlob } from 'node:path';
import { ConfigurationError } from '#shared/runtime/config.ts';

/** True for a path of the project that stays outside the build, or that is in a folder that does. */
export type IsIgnored = (path: string) => boolean;

/** @throws ConfigurationError for a pattern that takes files back, which this project does not use */
export function readIgnored(project: string): IsIgnored {
  const lines = readFileSync(join(project, '.dockerignore'), 'utf8').split('\n');
  const patterns = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (patterns.some((pattern) => pattern.startsWith('!')))
    throw new ConfigurationError('.dockerignore: patterns with "!" are not used here.');
  const isIgnored: IsIgnored = (path) =>
    path !== '.' && path !== '' && (patterns.some((pattern) => matchesGlob(path, pattern)) || isIgnored(dirname(path)));
  return isIgnored;
}
