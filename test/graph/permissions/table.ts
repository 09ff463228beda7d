/**
 * Who sees what of each record, over every join. The signs stand in sights.ts; the columns are ADMIN, DISPATCHER and ANALYST, then
 * DRIVER, CUSTOMER, PARTNER and an API key with the scope shipments:read only, each for own records and those of others, and
 * nobody. `*` stands for all other fields. Changing a row here is a decision about permissions.
 */
const permissions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Account: {
    '*': '+++ ?- +. +. -. .',
    'name organization': '+++ ?+ +. +. +. .',
    secondFactor: '+-- ?- ~. ~. -. .',
    // Of the own account only, which an administrator doesn't see.
    'rateLimit usage': '??? ?? ~. ~. ~. .',
  },
  // Staff and drivers. A driver is the owner of the own account.
  'Account of us': {
    '*': '+++ +- ?- ?- ?- .',
    name: '+++ ++ ?+ ?+ ?+ .',
    secondFactor: '+~~ +- ?- ?- ?- .',
  },
  ApiKey: {
    '*': '+.. ?. ?. +. .. .',
  },
  Organization: {
    '*': '+++ ?+ +. +. +. .',
    'billingAddress vatId paymentTermsDays usage': '+-+ ?- +. +. -. .',
    accounts: '+++ ?0 +. +. 0. .',
    apiKeys: '+xx ?x x. +. x. .',
    documents: '+xx ?x x. +. x. .',
    shipments: '+++ ?~ +0 +0 +0 x',
    invoices: '+++ ?0 +0 +0 00 0',
    'billing performance': '+++ ?- +- +- -- -',
  },
  Driver: {
    '*': '+++ +- -. -. -. .',
    'name rating': '+++ ++ +. +. +. .',
    'score badges': '+++ ++ -. -. -. .',
    'position track': '+++ +- ~- ~- xx x',
    deliveries: '+++ +0 ~0 ~0 ~0 x',
    utilization: '+++ +- -- -- -- -',
  },
  Vehicle: {
    '*': '+++ ++ +. +. +. .',
    'driver currentShipment': '+++ +- ~. ~. ~. .',
    'position track': '+++ ~- ~- ~- xx x',
    assignments: '+++ ~0 -. -. -. .',
  },
  Shipment: {
    '*': '+++ +. +. +. +. .',
    nextStatuses: '++- ~. ~. ~. -. .',
    // Without internal ones.
    comments: '+++ ~. ~. ~. ~. .',
    'assignment route': '+++ +- +- +- +- -',
    'position track': '+++ ~- ~- ~- xx x',
    eta: '+++ ++ ++ ++ xx x',
    'quote quotes invoice': '+++ -- +- +- -- -',
    risk: '+++ xx xx xx xx x',
  },
  Assignment: {
    assignedBy: '+++ -- -- -- -- -',
  },
  // Of other shipments, an estimate only says that there is none.
  Eta: {
    '*': '+++ ~- ~- ~- ?? ?',
    'status unknownReason': '+++ ~~ ~~ ~~ ?? ?',
    computedAt: '+++ ++ ++ ++ ?? ?',
  },
  Quote: { '*': '+++ .. +. +. .. .' },
  Invoice: { '*': '+++ .. +. +. .. .' },
  Geofence: { '*': '+++ .. .. .. .. .' },
  RiskAssessment: { '*': '+++ .. .. .. .. .' },
  ReviewCase: { '*': '+++ .. .. .. .. .' },
  WatchlistEntry: { '*': '+++ .. .. .. .. .' },
};

/** Parts of a record, such as its stops, are seen as a whole by those who see the field that holds them. */
const whole = '+++ ++ ++ ++ ++ +';

/** The expected row of a field. Undefined for a record whose permissions are not decided. */
export function expectedRow(label: string, field: string, isPart: boolean): string | undefined {
  const ofLabel = permissions[label] ?? {};
  const group = Object.keys(ofLabel).find((names) => names.split(' ').includes(field)) ?? '*';
  return ofLabel[group] ?? (isPart ? whole : undefined);
}

/**
 * True if what was seen agrees with a row. Nothing can be said where no record had a value, and a part of a record can be all
 * or nothing of the records at hand.
 */
export function agrees(expected: string, seen: string): boolean {
  return [...expected].every((sign, at) => {
    const found = seen[at] ?? '';
    return found === sign || found === '?' || (sign === '~' && '+-0'.includes(found));
  });
}
