/** Enums of the schema and of domain events that several subgraphs use. */

export const roles = ['ADMIN', 'DISPATCHER', 'DRIVER', 'CUSTOMER', 'PARTNER', 'ANALYST'] as const;
export type Role = (typeof roles)[number];

export const tiers = ['FREE', 'STANDARD', 'PREMIUM', 'ENTERPRISE'] as const;
export type Tier = (typeof tiers)[number];

export const equipmentKinds = ['DRY_VAN', 'REEFER', 'FLATBED', 'TANKER', 'BOX_TRUCK'] as const;
export type Equipment = (typeof equipmentKinds)[number];

export const shipmentStatuses = [
  'DRAFT',
  'BOOKED',
  'ASSIGNED',
  'PICKED_UP',
  'IN_TRANSIT',
  'OUT_FOR_DELIVERY',
  'DELIVERED',
  'EXCEPTION',
  'CANCELLED',
] as const;
export type ShipmentStatus = (typeof shipmentStatuses)[number];

export const stopKinds = ['PICKUP', 'INTERMEDIATE', 'DELIVERY'] as const;
export type StopKind = (typeof stopKinds)[number];

export const incidentSeverities = ['LOW', 'MEDIUM', 'HIGH'] as const;
export type IncidentSeverity = (typeof incidentSeverities)[number];

export const riskVerdicts = ['ALLOW', 'REVIEW', 'BLOCK'] as const;
export type RiskVerdict = (typeof riskVerdicts)[number];
