import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { errorMessage } from '#shared/errors/error-code.ts';
import { maxRecordedPlans, type StoredPlan } from '#shared/identity/stored-plan.ts';
import type { Log } from '#shared/runtime/log.ts';
import { documentId } from '../access/documents/manifest.ts';
import type { TrustedDocument } from '../access/documents/trusted-documents.ts';
import type { KeptPlan } from '../engine/planning/kept-plans.ts';
import { plannerVersion } from '../engine/planning/planner-version.ts';

/** Where plans of registered documents outlive a gateway. */
export interface PlanStore {
  /** @param supergraph the supergraph and the version of the planner, as a hash */
  readPlans(supergraph: string, documents: readonly string[]): Promise<readonly StoredPlan[]>;
  recordPlans(supergraph: string, plans: readonly StoredPlan[]): Promise<void>;
}

export interface StoredPlansOptions {
  readonly store: PlanStore;
  readonly supergraphSdl: string;
  /** Gives a stored plan to the planner. */
  readonly restore: (plan: KeptPlan) => void;
  readonly log: Log;
}

/** The longest plan that is restored, in bytes of JSON. */
const maxPlanBytes = 10_000_000;
/** What tells a plan from other JSON. The engine checks the rest when it compiles the plan. */
const planShape = z.looseObject({
  kind: z.literal('QueryPlan'),
  node: z.looseObject({ kind: z.string() }).optional(),
});

/**
 * The plans of registered documents for one supergraph, which gateways share through the access subgraph: one that starts or reloads does not plan
 * them again. Without the subgraph documents are planned anew.
 */
export class StoredPlans {
  readonly #options: StoredPlansOptions;
  readonly #supergraph: string;
  #made: StoredPlan[] = [];
  /** The document whose plans are being made. */
  #current: TrustedDocument | undefined;

  constructor(options: StoredPlansOptions) {
    this.#options = options;
    this.#supergraph = documentId(`${plannerVersion()} ${options.supergraphSdl}`);
  }

  /** Gives the stored plans of these documents to the planner. Never rejects. */
  async load(documents: readonly TrustedDocument[]): Promise<void> {
    const { store, restore, log } = this.#options;
    const registered = documents.filter(isRegistered).map(({ id }) => id);
    if (registered.length === 0) return;
    try {
      for (const stored of await store.readPlans(this.#supergraph, registered)) {
        const text = decodePlan(stored.plan);
        if (text !== undefined) restore({ key: stored.key, text });
      }
    } catch (error) {
      log.warn({ reason: errorMessage(error) }, 'stored plans cannot be read; documents are planned anew');
    }
  }

  /** Notes the document to which the next plans belong. */
  begin(document: TrustedDocument): void {
    this.#current = document;
  }

  /** Notes a plan that was made ahead of requests. */
  note({ key, text }: KeptPlan): void {
    const document = this.#current;
    if (document && isRegistered(document)) this.#made.push({ document: document.id, key, plan: encodePlan(text) });
  }

  /** Stores the noted plans. Never rejects. */
  async save(): Promise<void> {
    const { store, log } = this.#options;
    const made = this.#made;
    if (made.length === 0) return;
    this.#made = [];
    try {
      for (let from = 0; from < made.length; from += maxRecordedPlans)
        await store.recordPlans(this.#supergraph, made.slice(from, from + maxRecordedPlans));
    } catch (error) {
      log.warn({ reason: errorMessage(error) }, 'plans cannot be stored; the next start makes them anew');
    }
  }
}

/** Documents of manifests are few, and a gateway has them at once. */
function isRegistered({ listings }: TrustedDocument): boolean {
  return listings.some(({ organizationId }) => organizationId !== null);
}

const checksum = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Encodes a plan as its checksum and its deflated text. */
export function encodePlan(text: string): string {
  const deflated = deflateRawSync(text).toString('base64');
  return `${checksum(deflated)}.${deflated}`;
}

/** Decodes a plan; undefined for anything else. */
export function decodePlan(encoded: string): string | undefined {
  const [sum, deflated = ''] = encoded.split('.', 2);
  if (sum !== checksum(deflated)) return undefined;
  try {
    const text = String(inflateRawSync(Buffer.from(deflated, 'base64'), { maxOutputLength: maxPlanBytes }));
    return planShape.safeParse(JSON.parse(text)).success ? text : undefined;
  } catch {
    return undefined;
  }
}
