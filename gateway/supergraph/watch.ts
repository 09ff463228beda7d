import { type FSWatcher, unwatchFile, watch, watchFile } from 'node:fs';
import { dirname } from 'node:path';

/** Editors and deployments write in several steps. The file is read after so many milliseconds without a change. */
const quietMs = 50;
const pollMs = 2_000;

/**
 * Calls `onChange` when the file may have changed, including replacement by a rename or through a symbolic link, as with mounted configuration.
 * Network and container mounts may send no notifications, so the file is also polled.
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
    // The folder itself may be removed. Polling continues.
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
