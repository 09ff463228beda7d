import { rowsOf } from '#shared/database/rows.ts';
import { InvoiceEntity, MarketObservationEntity, PaymentEntity, QuoteEntity } from '../entities.ts';

export const quoteRows = rowsOf(QuoteEntity);
export const invoiceRows = rowsOf(InvoiceEntity);
export const paymentRows = rowsOf(PaymentEntity);
export const observationRows = rowsOf(MarketObservationEntity);
