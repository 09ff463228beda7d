export const incidentKinds = [
  'HARD_BRAKING',
  'SPEEDING',
  'NEAR_MISS',
  'COLLISION',
  'CARGO_DAMAGE',
  'HOURS_OF_SERVICE',
] as const;
export type IncidentKind = (typeof incidentKinds)[number];
