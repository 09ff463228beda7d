import { rowsOf } from '#shared/database/rows.ts';
import {
  AssignmentEntity,
  BadgeEntity,
  DriverEntity,
  IncidentEntity,
  LoadEntity,
  RewardAccountEntity,
  RewardEntryEntity,
  ScoreTallyEntity,
  ShiftEntity,
  VehicleEntity,
} from '../entities.ts';

export const driverRows = rowsOf(DriverEntity);
export const vehicleRows = rowsOf(VehicleEntity);
export const shiftRows = rowsOf(ShiftEntity);
export const loadRows = rowsOf(LoadEntity);
export const assignmentRows = rowsOf(AssignmentEntity);
export const incidentRows = rowsOf(IncidentEntity);
export const tallyRows = rowsOf(ScoreTallyEntity);
export const badgeRows = rowsOf(BadgeEntity);
export const rewardAccountRows = rowsOf(RewardAccountEntity);
export const rewardEntryRows = rowsOf(RewardEntryEntity);
