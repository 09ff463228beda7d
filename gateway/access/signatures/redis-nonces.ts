import { RequestRefusal } from '../../errors/request-refusal.ts';
import type { SharedRedis } from '../control/shared-redis.ts';
import { type Nonces, rememberedMs } from './nonces.ts';

/**
 * The nonces that all gateways have seen. Without Redis a signed request is refused: a copy of it could otherwise be carried out once by each
 * gateway.
 */
export class RedisNonces implements Nonces {
  readonly #redis: SharedRedis['commands'];

  constructor(redis: SharedRedis['commands']) {
    this.#redis = redis;
  }

  async use(keyId: string, nonce: string): Promise<boolean> {
    try {
      return (await this.#redis.set(`freight:nonce:${keyId}:${nonce}`, '', 'PX', rememberedMs, 'NX')) === 'OK';
    } catch {
      const message =
        'Signatures can not be checked at the moment; nothing ran. Sign and send the request again later.';
      throw new RequestRefusal('SERVICE_UNAVAILABLE', message, { retryAfterSeconds: 1 });
    }
  }
}
