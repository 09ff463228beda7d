import { ConfigurationError } from '../../runtime/config.ts';
import { clusterFiles } from './cluster-files.ts';
import { postmasterOf, stopPostmaster } from './postmaster.ts';
import { openServerSession } from './session.ts';

/** Stops a server that has outlived the processes that used it. @throws ConfigurationError if a process uses it */
export async function stopUnusedServer(folder: string): Promise<void> {
  const { cluster, urlOfServer } = clusterFiles(folder);
  const pid = postmasterOf(cluster);
  if (pid === undefined) return;
  const unused = await openServerSession(urlOfServer()).then(
    (session) => session.leave(),
    () => true, // no process is connected
  );
  if (!unused)
    throw new ConfigurationError(
      `DATA_DIR: a folder that no process uses is required; the PostgreSQL in ${folder} has one. End that process first.`,
    );
  await stopPostmaster(pid);
}
