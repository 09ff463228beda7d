import { rowsOf } from '#shared/database/rows.ts';
import {
  ChangeEntity,
  CommentEntity,
  EventEntity,
  ImportEntity,
  ItemEntity,
  ProofEntity,
  RatingEntity,
  ShipmentEntity,
  StopEntity,
} from '../entities.ts';

export const shipmentRows = rowsOf(ShipmentEntity);
export const stopRows = rowsOf(StopEntity);
export const itemRows = rowsOf(ItemEntity);
export const eventRows = rowsOf(EventEntity);
export const changeRows = rowsOf(ChangeEntity);
export const proofRows = rowsOf(ProofEntity);
export const ratingRows = rowsOf(RatingEntity);
export const commentRows = rowsOf(CommentEntity);
export const importRows = rowsOf(ImportEntity);
