import { type Money, moneyOf } from '#shared/input/money.ts';

export interface Stub {
  readonly __typename: string;
  readonly id: string;
}

/** A reference to an entity of another subgraph. */
export function stubOf(typename: string, id: string | null | undefined): Stub | null {
  return id == null ? null : { __typename: typename, id };
}

export function accountStub(id: string | null | undefined): Stub | null {
  return stubOf('Account', id);
}

export function moneyOrNull(cents: number | null | undefined, currency: string | null | undefined): Money | null {
  return cents == null || currency == null ? null : moneyOf(cents, currency);
}

export function geoPointOf({
  latitude,
  longitude,
}: {
  latitude?: number | null;
  longitude?: number | null;
}): { latitude: number; longitude: number } | null {
  return latitude == null || longitude == null ? null : { latitude, longitude };
}
