import { hash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode } from '#shared/errors/error-code.ts';
import { type Claim, type Progress, refuseSecondRelease } from './claim.ts';

const record = z.object({
  pid: z.number(),
  progress: z.object({ version: z.string(), phase: z.enum(['shifting', 'promoting']) }).optional(),
});

/**
 * Claims the sets of a host. The claim is a socket without a file, which the kernel closes when the process ends, however it ends.
 * @param folder where the progress is kept
 */
export async function claimSets(folder: string): Promise<Claim> {
  const file = join(folder, 'release.json');
  const found = readRecord(file);
  const server = createServer((socket) => socket.destroy());
  server.unref();
  server.listen(`\0freight-release-${hash('sha256', folder, 'hex').slice(0, 32)}`);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE') throw error;
    refuseSecondRelease(`process ${found?.pid ?? 'unknown'}`);
  }
  // What the other release has noted after the first look.
  const left = readRecord(file)?.progress;
  let noted = left;
  const note = async (progress: Progress | undefined): Promise<void> => {
    writeRecord(file, { pid: process.pid, progress });
    noted = progress;
  };
  await note(left);
  return {
    left,
    note,
    async [Symbol.asyncDispose]() {
      if (noted === undefined) rmSync(file, { force: true });
      server.close();
      await once(server, 'close');
    },
  };
}

function readRecord(file: string): z.infer<typeof record> | undefined {
  try {
    return record.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The record is whole at any time, also if this process is killed. */
function writeRecord(file: string, value: z.infer<typeof record>): void {
  const part = `${file}.${process.pid}`;
  writeFileSync(part, JSON.stringify(value));
  renameSync(part, file);
}
