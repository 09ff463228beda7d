import { statfs } from 'node:fs/promises';
import type { Health, PartStatus } from './health.ts';

const mebibyte = 1_048_576;
/** Free space below which health is degraded. PostgreSQL writes its log in files of 16 MiB. */
const lowMebibytes = 256;
const fullMebibytes = 32;

/** Updates the health part `disk` with the free space of the data folder. */
export function checkDisk(health: Health, folder: string): void {
  health.addCheck(async () => {
    const { bavail, bsize } = await statfs(folder);
    const free = Math.floor((bavail * bsize) / mebibyte);
    health.set('disk', diskStatus(free), `${free} MiB are free in DATA_DIR; at least ${lowMebibytes} are required.`);
  });
}

export function diskStatus(freeMebibytes: number): PartStatus {
  if (freeMebibytes < fullMebibytes) return 'down';
  return freeMebibytes < lowMebibytes ? 'degraded' : 'up';
}
