import { chore, type Retention, stays } from '#shared/database/retention.ts';

const contract = 'part of the freight contract';

/** Days after the last change of an ended shipment or a draft for which its contacts are kept. */
export const daysOfContacts = 400;

/** How long the tables of the shipments subgraph keep their rows. */
export const retention: Retention = {
  shipment: { holds: 'freight, notes, and the account that created it', until: stays, why: contract },
  stop: {
    holds: 'address, contact name and contact phone',
    until: chore(
      'eraseEndedContacts',
      `${daysOfContacts} days after the last change of an ended shipment for its contacts; the address stays`,
    ),
    why: `claims for loss and delay can be made for 9 months (49 USC 14706); the address is ${contract}`,
  },
  item: { holds: 'goods', until: stays, why: contract },
  shipment_event: { holds: 'steps, places, and the account that recorded them', until: stays, why: contract },
  shipment_change: {
    holds: 'changed values, before and after',
    until: chore(
      'eraseEndedContacts',
      `${daysOfContacts} days after the last change of an ended shipment for contacts; other values stay`,
    ),
    why: contract,
  },
  proof_of_delivery: { holds: 'name of the recipient, references of signature and photo', until: stays, why: contract },
  rating: { holds: 'stars and comment of an account', until: stays, why: 'quality of drivers' },
  shipment_comment: { holds: 'comments of an account', until: stays, why: contract },
  shipment_import: { holds: 'rows of imported files', until: stays, why: 'shows where figures come from' },
  arrival_estimate: {
    holds: 'when a load will arrive',
    until: stays,
    why: 'one row per load, which the next estimate replaces',
  },
  contact_erasure: {
    holds: 'ids of shipments of erased persons',
    until: chore('eraseEndedContacts', 'until the shipment has ended'),
    why: 'the contacts of a shipment under way are needed',
  },
  known_organization: {
    holds: 'search words of the name of an organization',
    until: stays,
    why: 'one row per organization',
  },
  known_vehicle: { holds: 'search words of the plate of a vehicle', until: stays, why: 'one row per vehicle' },
  shipment_count: { holds: 'sums of an organization', until: stays, why: 'few rows per organization' },
};
