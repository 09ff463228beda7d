import { rowsOf } from '#shared/database/rows.ts';
import { AssessmentEntity, BookingEntity, ReviewCaseEntity, WatchlistEntryEntity } from '../entities.ts';

export const bookingRows = rowsOf(BookingEntity);
export const assessmentRows = rowsOf(AssessmentEntity);
export const reviewCaseRows = rowsOf(ReviewCaseEntity);
export const watchlistEntryRows = rowsOf(WatchlistEntryEntity);
