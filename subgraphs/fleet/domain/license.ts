import type { Equipment } from '#shared/vocabulary.ts';

/** CLASS_A drives every tractor-trailer, CLASS_B box trucks only; TANK and HAZMAT are endorsements (49 CFR 383). */
export const licenseClasses = ['CLASS_A', 'CLASS_B', 'TANK', 'HAZMAT'] as const;
export type LicenseClass = (typeof licenseClasses)[number];

/** True if these licences allow driving that equipment. */
export function licenseAllows(held: readonly LicenseClass[], equipment: Equipment): boolean {
  if (equipment === 'BOX_TRUCK') return held.includes('CLASS_A') || held.includes('CLASS_B');
  if (equipment === 'TANKER') return held.includes('CLASS_A') && held.includes('TANK');
  return held.includes('CLASS_A');
}
