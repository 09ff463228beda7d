import { findPhone } from '#shared/input/phone.ts';
import { fictionalPhone } from '../../generate/names.ts';
import { Random } from '../../generate/random.ts';
import type { Shipment, Stop } from '../../world.ts';

/** Shares of the shipments and stops whose papers have a reference of the customer and a phone number. */
const referenceShare = 0.6;
const phoneShare = 0.7;

/** The number on the papers of the customer: a purchase order or a bill of lading; null if they have none. */
export function drawCustomerReference({ id }: Pick<Shipment, 'id'>): string | null {
  const random = new Random(0, `reference ${id}`);
  if (!random.chance(referenceShare)) return null;
  return random.chance(0.75)
    ? `PO-45${random.integer(10_000_000, 99_999_999)}`
    : `BOL ${random.integer(1_000, 9_999)}-${random.integer(10, 99)}`;
}

/** The phone number of the contact at a stop. It is fictional, so Mexican stops, for which none are reserved, have none. */
export function drawContactPhone({ id, country }: Pick<Stop, 'id' | 'country'>): string | null {
  const random = new Random(0, `phone ${id}`);
  if (country === 'MX' || !random.chance(phoneShare)) return null;
  return findPhone(fictionalPhone(random), country) ?? null;
}
