import { LockMode, UniqueConstraintViolationException } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database.ts';
import { refuse } from '#shared/errors.ts';
import type { AccountIdentity } from '#shared/identity.ts';
import { isUuid, newId } from '#shared/ids.ts';
import type { Transact, Transaction } from '#shared/transaction.ts';
import { type Price, priceOf } from '../domain/price.ts';
import { carryingCostCents } from '../domain/rates.ts';
import { CustomerEntity, type PricedShipment, PricedShipmentEntity, type Quote, QuoteEntity } from '../entities.ts';
import { demandIn, latestObservations } from './market.ts';
import { plainText } from './text.ts';
import { maySee, visibilityOf } from './visibility.ts';

export const currency = 'USD';
const validMilliseconds = 7 * 86_400_000;

/** The price of a shipment now, from what pricing knows of shipment, customer and market. */
export async function priceShipment(em: EntityManager, shipment: PricedShipment, now: Date): Promise<Price> {
  const customer = await em.findOne(CustomerEntity, shipment.organizationId);
  return priceOf({
    equipment: shipment.equipment,
    distanceMeters: shipment.distanceMeters,
    volumeM3: shipment.volumeM3,
    tier: customer?.tier ?? 'FREE',
    demand: await demandIn(em, shipment.originRegion, now),
    ...(await latestObservations(em, shipment.equipment)),
  });
}

/** Quotes of one shipment that are shown. */
const quotesPerShipment = 20;

/** The newest quotes of each of these shipments, newest first, in one statement. */
export async function newestQuotes(
  em: EntityManager,
  shipmentIds: readonly string[],
  organizationId: string | undefined,
): Promise<readonly Quote[]> {
  const rows = await em.execute<Record<string, unknown>[]>(
    `select newest.* from unnest(?::uuid[]) as shipment(id), lateral (
       select * from quote where shipment_id = shipment.id and organization_id = coalesce(?::uuid, organization_id)
       order by created_at desc, id desc limit ?
     ) as newest`,
    [`{${shipmentIds.join(',')}}`, organizationId ?? null, quotesPerShipment],
  );
  return rows.map((row) => em.map(QuoteEntity, row) as Quote); // `newest.*`: the whole entity
}

export interface QuoteRequest {
  readonly shipmentId: string;
  readonly idempotencyKey: string;
}

/** Prices a shipment and keeps the offer; the same key of the same account answers the same quote. */
export async function requestQuote(
  transact: Transact,
  account: AccountIdentity,
  request: QuoteRequest,
  now: Date,
): Promise<Quote> {
  const { shipmentId } = request;
  const idempotencyKey =
    plainText(request.idempotencyKey, 8, 64) ??
    refuse('INVALID_KEY', 'A key of 8 to 64 printable characters is required.', 'idempotencyKey');
  const run = () =>
    transact(async ({ em }) => {
      const earlier = await em.findOne(QuoteEntity, { requestedBy: account.accountId, idempotencyKey });
      if (earlier)
        return earlier.shipmentId === shipmentId
          ? earlier
          : refuse(
              'IDEMPOTENCY_KEY_REUSED',
              'A new key is required; this one priced another shipment.',
              'idempotencyKey',
            );
      const shipment = await findVisibleShipment(em, account, shipmentId);
      if (shipment.closed)
        refuse('NOT_QUOTABLE', 'A shipment that was not cancelled is required; this one was.', 'shipmentId');
      const accepted = await em.count(QuoteEntity, { shipmentId, acceptedAt: { $ne: null } });
      if (accepted > 0)
        refuse('NOT_QUOTABLE', 'A shipment without an accepted quote is required; this one has one.', 'shipmentId');
      const quote = em.create(
        QuoteEntity,
        newQuote(
          shipment,
          await priceShipment(em, shipment, now),
          { requestedBy: account.accountId, idempotencyKey },
          now,
        ),
      );
      await em.flush();
      return quote;
    });
  try {
    return await run();
  } catch (error) {
    // Two requests with one key at the same moment: the second finds the first one's quote.
    if (error instanceof UniqueConstraintViolationException) return run();
    throw error;
  }
}

async function findVisibleShipment(
  em: EntityManager,
  account: AccountIdentity,
  shipmentId: string,
): Promise<PricedShipment> {
  const shipment = isUuid(shipmentId) ? await em.findOne(PricedShipmentEntity, shipmentId) : null;
  if (shipment && maySee(visibilityOf(account), shipment.organizationId)) return shipment;
  return refuse('NOT_FOUND', `The id of a shipment is required; got ${shipmentId.slice(0, 40)}.`, 'shipmentId');
}

function newQuote(
  shipment: PricedShipment,
  price: Price,
  by: Pick<Quote, 'requestedBy' | 'idempotencyKey'>,
  now: Date,
): Quote {
  return {
    id: newId(now.getTime()),
    shipmentId: shipment.id,
    organizationId: shipment.organizationId,
    ...by,
    currency,
    ...price,
    createdAt: now,
    expiresAt: new Date(now.getTime() + validMilliseconds),
    acceptedAt: null,
    withdrawnAt: null,
  };
}

export interface Acceptance {
  readonly quote: Quote | null;
  readonly refusal?: { readonly code: string; readonly message: string };
}

/** Accepts an offer; the answer always shows the quote as it stands, also where it can't be accepted. */
export function acceptQuote(
  transact: Transact,
  account: AccountIdentity,
  quoteId: string,
  now: Date,
): Promise<Acceptance> {
  return transact(async (transaction) => {
    const { em } = transaction;
    const found = isUuid(quoteId) ? await em.findOne(QuoteEntity, quoteId) : null;
    if (!found || !maySee(visibilityOf(account), found.organizationId)) {
      return {
        quote: null,
        refusal: { code: 'NOT_FOUND', message: `The id of a quote is required; got ${quoteId.slice(0, 40)}.` },
      };
    }
    // All quotes of the shipment, locked in one order: of two acceptances the second sees the first.
    const quotes = await em.find(
      QuoteEntity,
      { shipmentId: found.shipmentId },
      { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' }, refresh: true },
    );
    const quote = quotes.find((candidate) => candidate.id === quoteId) ?? found;
    const refusal = refusalOf(quote, now);
    if (refusal) return { quote, refusal };
    quote.acceptedAt = now;
    for (const other of quotes) if (other !== quote && !other.acceptedAt) other.withdrawnAt ??= now;
    await em.flush();
    await emitAccepted(transaction, quote, now);
    return { quote };
  });
}

function refusalOf(quote: Quote, now: Date): Acceptance['refusal'] {
  if (quote.acceptedAt)
    return {
      code: 'ALREADY_ACCEPTED',
      message: `An offered quote is required; this one was accepted at ${quote.acceptedAt.toISOString()}.`,
    };
  if (quote.withdrawnAt)
    return { code: 'WITHDRAWN', message: 'An offered quote is required; another quote of the shipment was accepted.' };
  if (quote.expiresAt <= now)
    return {
      code: 'EXPIRED',
      message: `An offered quote is required; this one expired at ${quote.expiresAt.toISOString()}.`,
    };
  return undefined;
}

function emitAccepted({ emit }: Transaction, quote: Quote, now: Date): Promise<void> {
  return emit('quote.accepted', {
    quoteId: quote.id,
    shipmentId: quote.shipmentId,
    organizationId: quote.organizationId,
    amountCents: quote.priceCents,
    currency: quote.currency,
    costCents: carryingCostCents(quote.baseRateCents, 0),
    at: now.toISOString(),
  });
}
