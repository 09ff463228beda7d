import { type FSWatcher, unwatchFile, watch, watchFile } from 'node:fs';
import { dirname } from 'node:path';

/** Editors and deployers write in several steps; the file is read when it has been quiet for so long. */
const quietMs = 50;
const pollMs = 2_000;

/**
 * Calls back when the file may have changed, also when it is replaced by a rename or through a symbolic link (as mounted
 * configuration is). Notifications are quick but don't come everywhere (network and container mounts), so the file is polled too.
 */
export function watchSupergraphFile(path: string, onChange: () => void): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onChange, quietMs);
    timer.unref();
  };
  const folder = watchFolder(dirname(path), soon);
  watchFile(path, { interval: pollMs, persistent: false }, soon);
  return {
    close() {
      clearTimeout(timer);
      folder?.close();
      unwatchFile(path, soon);
    },
  };
}

function watchFolder(folder: string, onEvent: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, onEvent);
    // The folder itself may vanish; polling goes on.
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
