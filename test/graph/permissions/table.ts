/**
 * Who sees what of each record, over every join. The signs stand in sights.ts; the columns are ADMIN, DISPATCHER and ANALYST, then
 * DRIVER, CUSTOMER, PARTNER and an API key with the scope shipments:read only, each for own records and those of others, and
 * nobody. `*` stands for all other fields. Changing a row here is a decision about permissions.
 */
const permissions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Account: {
    '*': '+++ ?- +. +. -. .',
    'name organization': '+++ ?+ +. +. +. .',
    'secondFactor sessions': '+-- ?- ~. ~. -. .',
    // Of the own account only, which an administrator doesn't see.
    'rateLimit usage': '??? ?? ~. ~. ~. .',
  },
  // Staff and drivers. A driver is the owner of the own account.
  'Account of us': {
    '*': '+++ +- ?- ?- ?- .',
    name: '+++ ++ ?+ ?+ ?+ .',
    'secondFactor sessions': '+~~ +- ?- ?- ?- .',
  },
  PersonalData: { '*': '+.. +. +. +. .. .' },
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

/** Who gets which records of each root list: `~` own ones, the other signs stand in sights.ts. The columns are those of the viewers. */
export const listSights: Readonly<Record<string, string>> = {
  'Query.accounts': '+x+ x x x x x',
  'Query.assignments': '+++ ~ x x x x',
  'Query.auditEntries': '+xx x x x x x',
  'Query.auditRefusals': '+xx x x x x x',
  'Query.drivers': '+++ + x x x x',
  'Query.geofenceEvents': '+++ 0 0 0 x x',
  'Query.geofences': '+++ 0 0 0 x x',
  'Query.invoices': '+++ x ~ ~ x x',
  'Query.organizations': '+x+ x x x x x',
  'Query.reviewQueue': '+++ x x x x x',
  'Query.riskAssessments': '+++ x x x x x',
  'Query.shipments': '+++ ~ ~ ~ ~ x',
  // The world of the matrix has none.
  'Query.trustedDocuments': '??? ? ? ? ? ?',
  'Query.vehiclePositions': '+++ ~ ~ ~ x x',
  'Query.vehicles': '+++ + x x x x',
  'Query.watchlist': '+++ x x x x x',
};

/** Filters and orders that are refused to callers who may read the list, because they would reveal what these may not see. */
export const refusedFilters: readonly string[] = [
  // A driver sees of colleagues the name, the rating, the score and the badges.
  ...['active', 'equipment', 'freeIn', 'hubCode', 'licenseNumber', 'onShift'].map(
    (name) => `Query.drivers DRIVER filter.${name}: FORBIDDEN`,
  ),
  ...['HIRED_AT_DESC', 'HIRED_NEWEST'].map((name) => `Query.drivers DRIVER orderBy.${name}: FORBIDDEN`),
  // And of vehicles only own assignments.
  'Query.vehicles DRIVER filter.freeIn: FORBIDDEN',
];

const outsiders = ['DRIVER', 'CUSTOMER', 'PARTNER', 'KEY'] as const;
export type Viewer = (typeof outsiders)[number];

/** The rows of a field, of all kinds of records of its type, or of a root list. Empty for what is in no row of its own. */
export function rowsOf(type: string, field: string): string[] {
  if (field === 'id') return [];
  const list = listSights[`${type}.${field}`];
  const labels = Object.keys(permissions).filter((label) => label === type || label.startsWith(`${type} of `));
  return [...(list === undefined ? [] : [list]), ...labels.flatMap((label) => expectedRow(label, field, false) ?? [])];
}

/** The viewers outside the company who see something there. */
export function viewersOfRow(row: string): Viewer[] {
  const [, ...cells] = row.split(' ');
  return outsiders.filter((_, at) => /[+~?]/.test(cells[at] ?? ''));
}

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
