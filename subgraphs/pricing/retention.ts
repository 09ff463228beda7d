import { type Retention, stays } from '#shared/database/retention.ts';

/** How long the tables of the pricing subgraph keep their rows. They know persons by the ids of their accounts only. */
export const retention: Retention = {
  customer: { holds: 'tier of an organization', until: stays, why: 'one row per organization' },
  priced_shipment: { holds: 'facts of a shipment', until: stays, why: 'demand of earlier periods makes prices' },
  quote: { holds: 'price, and the account that asked for it', until: stays, why: 'part of the freight contract' },
  invoice: { holds: 'number, amount and dates', until: stays, why: 'accounting records' },
  payment: {
    holds: 'amount, reference, and the account that recorded it',
    until: stays,
    why: 'accounting records',
  },
  market_observation: { holds: 'prices of the market', until: stays, why: 'figures; no persons' },
  invoice_sum: { holds: 'sums of an organization', until: stays, why: 'few rows per organization' },
};
