import { cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { ComposeService } from './compose-file.ts';
import type { Places } from './places.ts';

/** Where a path of the container is on this machine. */
interface Mount {
  readonly target: string;
  readonly source: string;
}

/**
 * Finds the volumes of a service on this machine. A file of the project is copied, with the paths in it replaced, because it may name
 * other volumes; a folder of the project is used as it is; a named volume is a folder under the data folder.
 */
export function mountVolumes(name: string, service: ComposeService, { project, data }: Places): Translate {
  const own = join(data, 'services', name);
  mkdirSync(own, { recursive: true });
  const mounts = service.volumes.map((volume) => {
    const [source = '', target = ''] = volume.split(':');
    const isPath = source.startsWith('.') || source.startsWith('/');
    return { target, source: isPath ? resolve(project, source) : join(data, 'volumes', source) };
  });
  for (const { source } of mounts) if (source.startsWith(data)) mkdirSync(source, { recursive: true });
  const isFile = ({ source }: Mount) => statSync(source, { throwIfNoEntry: false })?.isFile() ?? false;
  const copies = mounts
    .filter(isFile)
    .map((mount) => ({ from: mount.source, target: mount.target, source: join(own, basename(mount.source)) }));
  const all = [...mounts.filter((mount) => !isFile(mount)), ...copies];
  const translate = translateWith(all);
  for (const { from, source } of copies) {
    cpSync(from, source);
    writeFileSync(source, translate(readFileSync(from, 'utf8')));
  }
  return translate;
}

/** Replaces paths of the container with those of this machine. */
export type Translate = (text: string) => string;

/** A path counts where it begins, so that `/alertmanager` is not found within `/etc/alertmanager`; the longest target wins. */
function translateWith(mounts: readonly Mount[]): Translate {
  if (mounts.length === 0) return (text) => text;
  const sources = new Map(mounts.map(({ target, source }) => [target, source]));
  const targets = [...sources.keys()].toSorted((one, other) => other.length - one.length).map(RegExp.escape);
  const paths = new RegExp(`(?<![\\w./-])(?:${targets.join('|')})(?![\\w.-])`, 'g');
  return (text) => text.replace(paths, (target) => sources.get(target) ?? target);
}
