import { errorTable } from '#shared/errors/errors.ts';
import type { Log } from '#shared/runtime/log.ts';
import { lastStep, within } from '#shared/runtime/tracing/current-work.ts';
import type { Spending } from '../access/budget/spending.ts';
import type { Access } from '../access/caller.ts';
import type { OpenSockets } from '../access/clients/open-sockets.ts';
import type { Signatures } from '../access/signatures/signatures.ts';
import type { WrittenPositions } from '../access/written/written-positions.ts';
import { responseText } from '../engine/respond/response.ts';
import { fromEngineError } from '../errors/public-error.ts';
import { toRefused } from '../errors/refused.ts';
import type { Generation } from '../supergraph/generation.ts';
import { Admission } from './admission.ts';
import { type AppraiseOptions, appraise } from './appraise.ts';
import type { Cancellation } from './cancellation.ts';
import { copyPolicyOf } from './contract.ts';
import { type Executed, toResponded } from './executed.ts';
import type { Executor } from './executor.ts';
import { type ExplainPolicy, explain } from './explain.ts';
import { failureStatus } from './failure-status.ts';
import { FindDocument } from './find-document.ts';
import { guardIntrospection, type IntrospectionPolicy } from './guard-introspection.ts';
import { identify } from './identify.ts';
import { limitPages } from './limit-pages.ts';
import type { CallsOnce, KeyedRequest } from './once/calls-once.ts';
import { endStream, type OpenStream, openEvents, openParts } from './open-stream.ts';
import type { Outcome, Refused, Responded, Streaming } from './outcome.ts';
import { type PaymentOptions, Payments } from './payments.ts';
import { personKey } from './person-key.ts';
import { price } from './price.ts';
import { readAfter, writtenHeader } from './read-after.ts';
import { makeReceipt, readReceiptRequest } from './receipt.ts';
import { reportBudget } from './refused-budget.ts';
import { requireSecondFactor } from './require-second-factor.ts';
import { requireSignature } from './require-signature.ts';
import { createStaffNetworkStage, type RequireStaffNetwork } from './require-staff-network.ts';
import type { ResolveOptions } from './resolve-document.ts';
import { ResponseBody } from './response-body.ts';
import type { Rush } from './rush.ts';
import { type Ending, endSpan, type Progress, type SettleOptions, settleOperation } from './settle-operation.ts';
import { SharedResponses } from './shared-responses.ts';
import type { Arrived, Checked, Entered, Priced, Received } from './stages.ts';
import { type ClientRates, Throttle } from './throttle.ts';
import { beginOperation } from './trace-operation.ts';
import { TurnSlices } from './turn-slices.ts';
import { TypicalLengths } from './typical-lengths.ts';

export interface PipelineOptions extends PaymentOptions, SettleOptions {
  readonly access: Access;
  readonly signatures: Signatures;
  /** Undefined in front of a graph without our access subgraph. Idempotency keys then have no effect. */
  readonly callsOnce?: CallsOnce | undefined;
  readonly executor: Executor;
  /** The generation for a caller whose key this is. */
  readonly generation: (callerKey: string) => Generation;
  /** Called for every valid operation. */
  readonly onChecked?: (checked: Checked) => void;
  readonly rush: Rush;
  readonly openSockets: OpenSockets;
  readonly clientRates: ClientRates;
  readonly introspection: IntrospectionPolicy;
  /** From where staff may administer: addresses and CIDR ranges; none = from everywhere. */
  readonly staffNetworks: readonly string[];
  readonly documents: Omit<ResolveOptions, 'automatic'>;
  /** Undefined in front of a graph without our access subgraph. */
  readonly appraisals?: AppraiseOptions | undefined;
  /** Objects that an operation may cost; undefined for no limit. */
  readonly maxQueryCost: number | undefined;
  /** Undefined if the primary of the database answers all reads. */
  readonly positions?: WrittenPositions | undefined;
  readonly maxWaitingRequests: number;
  readonly explanations: ExplainPolicy;
  readonly log: Log;
}

/** The entrance queue holds at least this many operations, even if fewer may wait for execution: they wait for the event loop only. */
const minEntering = 1_000;

/** The stages that every operation passes, from whichever edge it came. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #admission: Admission;
  readonly #lengths = new TypicalLengths();
  readonly #slices: TurnSlices;
  readonly #findDocument: FindDocument;
  readonly #payments: Payments;
  readonly #shared = new SharedResponses();
  readonly #throttle: Throttle;
  readonly #requireStaffNetwork: RequireStaffNetwork;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#admission = new Admission(options.maxWaitingRequests);
    this.#throttle = new Throttle(options.clientRates);
    this.#requireStaffNetwork = createStaffNetworkStage(options.staffNetworks);
    this.#slices = new TurnSlices(Math.max(options.maxWaitingRequests, minEntering), options.rush);
    const documents = { ...options.documents, introspection: options.introspection };
    this.#findDocument = new FindDocument(documents, this.#throttle, this.#slices);
    this.#payments = new Payments(options);
  }

  /**
   * Admits an operation before its edge reads the text: the cheapest refusal comes first, and a rush of operations takes turns with other work.
   * @throws RequestRefusal
   */
  async enter(arrived: Arrived): Promise<Entered> {
    const turn = this.#slices.turn(arrived.cancellation);
    if (turn) await turn;
    this.#throttle.admitAddress(arrived);
    return arrived as Entered; // the brand only states that this method has returned
  }

  /** Runs an operation. Never rejects: every error becomes a refused outcome. */
  run(received: Received): Promise<Outcome> {
    const span = beginOperation(received);
    return within(span, () => this.#run(received, { received, span }));
  }

  async #run(received: Received, progress: Progress): Promise<Outcome> {
    try {
      const priced = await this.#check(received, progress);
      progress.priced = priced;
      if (priced.wantsReceipt) return await this.#receipt(priced, progress);
      await requireSignature(priced, this.#options.signatures);
      const keyed = this.#options.callsOnce?.find(priced);
      progress.spending = await lastStep('reserve budget', () => this.#payments.reserve(priced, keyed));
      const { positions } = this.#options;
      const limited = withRateLimit(priced, progress.spending);
      const checked = positions ? await readAfter(limited, positions) : limited;
      checked.cancellation.throwIfCancelled();
      if (checked.form !== 'single') return await this.#stream(checked, checked.form, progress);
      const response = await this.#respondOnce(checked, keyed, progress.spending);
      progress.spending?.settle(response.cost);
      const responded = withPosition(checked, toResponded(response, progress.spending, copyPolicyOf(checked)));
      this.#settle(progress, { status: 200, errors: response.errors, body: responded.body });
      return responded;
    } catch (error) {
      return await this.#refuseWithBudget(error, progress);
    }
  }

  /** Makes the outcome of a request that an edge could not read as an operation. */
  refuse(error: unknown, received: Progress['received']): Refused {
    return this.#refuse(error, { received });
  }

  async #refuseWithBudget(error: unknown, progress: Progress): Promise<Refused> {
    const refused = this.#refuse(error, progress);
    const { identified, priced, spending } = progress;
    const { budgets } = this.#options;
    return budgets && identified && !spending ? reportBudget(refused, identified, priced?.price, budgets) : refused;
  }

  #refuse(error: unknown, progress: Progress): Refused {
    const refused = toRefused(error, progress.received.id, this.#options.log);
    const { spending } = progress;
    // A cancelled operation has used subgraphs, so it costs its price.
    if (refused.status !== errorTable.REQUEST_CANCELLED.status) spending?.settle(0);
    this.#settle(progress, refused);
    if (!spending) return refused;
    const headers = { ...refused.headers, ...spending.headers() };
    return { ...refused, headers, extensions: { ...refused.extensions, cost: spending.report() } };
  }

  /** Runs the stages before execution in their order. Each stage takes the result of the stage before it, and throws to refuse. */
  async #check(received: Received, progress: Progress): Promise<Priced> {
    const { access, explanations, onChecked } = this.#options;
    const known = await lastStep('authenticate', () => identify(received, access));
    progress.identified = known;
    this.#throttle.admitAccount(known);
    const identified = readReceiptRequest(explain(known, explanations));
    const generation = this.#options.generation(personKey(identified));
    generation.retain();
    progress.generation = generation;
    const checked = await lastStep('look up document', () => this.#findDocument.run(identified, generation));
    guardIntrospection(checked, this.#options.introspection);
    this.#requireStaffNetwork(checked);
    requireSecondFactor(checked);
    onChecked?.(checked);
    const { budgets, maxQueryCost } = this.#options;
    limitPages(checked, budgets);
    const burst = budgets?.highestPrice(identified.caller.identity, identified.address);
    const priced = price(checked, { maxQueryCost, burst, isCharged: budgets !== undefined });
    priced.cancellation.throwIfCancelled();
    return priced;
  }

  /** Runs a query once for equal callers, and a mutation with an idempotency key once for its caller. */
  #respondOnce(priced: Priced, keyed: KeyedRequest | undefined, spending: Spending | undefined): Promise<Executed> {
    const { callsOnce } = this.#options;
    if (!callsOnce || !keyed) {
      return this.#shared.respond(priced, (cancellation) => this.#respond(priced, cancellation));
    }
    return callsOnce.respond(priced, keyed, {
      // Until then the outcome is unknown, and only the price of a replay is reserved.
      pay: () => this.#payments.raise(spending, priced),
      run: (once, cancellation) => this.#respond(withRateLimit(once, spending), cancellation),
    });
  }

  /** Responds to a dry run. It costs nothing, but counts as a request of its caller. */
  async #receipt(priced: Priced, progress: Progress): Promise<Responded> {
    const spending = await this.#payments.reserve({ ...priced, price: 0 });
    progress.spending = spending;
    const prepared = await this.#options.executor.prepare(priced);
    const extensions = makeReceipt(priced, prepared, spending?.report());
    this.#settle(progress, { status: 200, errors: [] });
    const body = new ResponseBody(`{"data":null,"extensions":${JSON.stringify(extensions)}}`);
    return { kind: 'response', body, errors: [], headers: spending?.headers() ?? {} };
  }

  async #respond(checked: Checked, cancellation: Cancellation): Promise<Executed> {
    const { executor, appraisals } = this.#options;
    const { explanation } = checked;
    const execute = async (): Promise<Executed> => {
      if (appraisals) await appraise(checked, appraisals);
      const { data, errors, cost } = await executor.execute(checked, cancellation.signal);
      const shown = errors.map((error) => fromEngineError(error, checked.id));
      return {
        body: new ResponseBody(responseText({ data, errors: shown })),
        errors: shown,
        failureStatus: failureStatus(data, shown),
        replayed: false,
        cost,
        extensions: explanation?.extensions(),
      };
    };
    const response = await this.#admission.run(this.#lengths.of(checked.operation), cancellation, execute);
    if (!explanation) this.#lengths.learn(checked.operation, response.body.length);
    return response;
  }

  async #stream(checked: Checked, form: Streaming['form'], progress: Progress): Promise<Streaming> {
    const { spending } = progress;
    const headers = spending?.headers() ?? {};
    const { payloads, releaseSocket } = await this.#openStream(checked, form, spending);
    progress.releaseSocket = releaseSocket;
    if (form === 'events') {
      endSpan(progress, { status: 200, errors: [] }); // the span would be exported only when the subscription is over
      // A subscription already has its plan and may last for days. It releases the generation now, so that the planner can end.
      progress.generation?.release();
      progress.generation = undefined;
    }
    const toErrors = (error: unknown) => toRefused(error, checked.id, this.#options.log).errors;
    const settled = endStream(payloads, form, toErrors, (errors) => this.#settle(progress, { status: 200, errors }));
    return { kind: 'stream', form, payloads: settled, headers };
  }

  #settle(progress: Progress, ending: Ending): void {
    settleOperation(progress, ending, this.#options);
  }

  #openStream(checked: Checked, form: Streaming['form'], spending: Spending | undefined): Promise<OpenStream> {
    const { executor, openSockets } = this.#options;
    if (form === 'events') return openEvents(checked, spending, { executor, openSockets });
    const expectedLength = this.#lengths.of(checked.operation);
    return openParts(checked, spending, { executor, admission: this.#admission, expectedLength });
  }
}

/** Tells an operation that asks for it what its caller may spend. */
function withRateLimit<C extends Checked>(checked: C, spending: Spending | undefined): C {
  if (!spending || !checked.generation.asksForRateLimit(checked.document)) return checked;
  return { ...checked, rateLimit: spending.rateLimit() };
}

function withPosition({ writes }: Checked, responded: Responded): Responded {
  if (writes?.latest === undefined) return responded;
  return { ...responded, headers: { ...responded.headers, [writtenHeader]: writes.latest } };
}
