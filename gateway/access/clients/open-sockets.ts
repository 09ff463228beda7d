import { clientNetwork } from '#shared/identity/client-network.ts';
import type { Identity } from '#shared/identity/identity.ts';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import { ClientSlots } from './client-slots.ts';

type Release = () => void;

/** Limits the websockets and HTTP streams that each address (IPv6: a /64) and each account may hold open. */
export class OpenSockets {
  readonly #addresses: ClientSlots;
  readonly #accounts: ClientSlots;

  constructor(maxPerClient: number) {
    this.#addresses = new ClientSlots(maxPerClient);
    this.#accounts = new ClientSlots(maxPerClient);
  }

  hasRoomFor(address: string): boolean {
    return this.#addresses.hasRoom(clientNetwork(address));
  }

  /** @throws RequestRefusal RATE_LIMITED */
  openAt(address: string): Release {
    return this.#addresses.take(clientNetwork(address)) ?? refuse(this.#addresses, 'from this address');
  }

  /** Counts for an address and an account. @throws RequestRefusal RATE_LIMITED */
  open(address: string, identity: Identity): Release {
    const releaseAccount = this.openFor(identity);
    try {
      const releaseAddress = this.openAt(address);
      return () => {
        releaseAccount();
        releaseAddress();
      };
    } catch (error) {
      releaseAccount();
      throw error;
    }
  }

  /** Counts for an account. Anonymous callers count by their addresses only. @throws RequestRefusal RATE_LIMITED */
  openFor(identity: Identity): Release {
    if (identity.kind !== 'account') return () => {};
    return this.#accounts.take(identity.accountId) ?? refuse(this.#accounts, 'of this account');
  }
}

function refuse({ maxPerClient }: ClientSlots, whose: string): never {
  const message = `At most ${maxPerClient} websockets and streams ${whose} may be open at once. Close one, or use one websocket for several operations.`;
  // Nobody knows when one closes.
  throw new RequestRefusal('RATE_LIMITED', message);
}
