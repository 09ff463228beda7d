import { loadApiKeySecret } from '#shared/identity/keys.ts';
import type { Log } from '#shared/runtime/log.ts';
import type { GatewayConfig } from '../../config.ts';
import { digestSettings } from './compared-settings.ts';
import { Heartbeat } from './heartbeat.ts';
import type { SharedRedis } from './shared-redis.ts';

/** The heartbeat of a gateway in front of the freight graph; undefined in front of any other. */
export async function openHeartbeat(
  { access, release, compared }: Pick<GatewayConfig, 'access' | 'release' | 'compared'>,
  redis: SharedRedis,
  log: Log,
): Promise<Heartbeat | undefined> {
  if (access.kind === 'open') return undefined;
  const secret = await loadApiKeySecret({ given: access.apiKeySecrets, dataDir: access.dataDir });
  return new Heartbeat({ redis: redis.commands, release, digest: digestSettings(compared, secret), log });
}
