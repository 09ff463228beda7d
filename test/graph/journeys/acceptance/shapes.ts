import type { Payload } from '../../users.ts';
import type { Load } from './terminal.ts';

/** What the client documents of the scenarios return, as far as the scenarios read it. */
export interface Shipment extends Load {
  readonly status: string;
  readonly notes: string | null;
  readonly vehicle: { readonly id: string } | null;
  readonly changes: readonly { readonly version: number; readonly by: { readonly name: string } }[];
  readonly comments: { readonly nodes: readonly { readonly id: string; readonly body: string }[] };
}

export type Saved = { readonly shipment: Shipment } & Payload;

/** A message of `WatchShipment`. */
export interface Update {
  readonly shipmentUpdated: Shipment;
}

/** A message of `WatchVehicles`. */
export interface Move {
  readonly vehicleMoved: {
    readonly vehicle: { readonly id: string };
    readonly position: { readonly location: object };
  };
}

export const codesOf = ({ userErrors }: Payload): string[] => userErrors.map(({ code }) => code);
