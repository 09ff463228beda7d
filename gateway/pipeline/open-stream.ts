import type { Spending } from '../access/budget/spending.ts';
import type { OpenSockets } from '../access/clients/open-sockets.ts';
import type { Admission } from './admission.ts';
import type { Executor } from './executor.ts';
import { extendParts } from './extend-parts.ts';
import { meterEvents } from './meter-events.ts';
import type { Responded, Streaming, StreamPayload } from './outcome.ts';
import type { Checked } from './stages.ts';

/** The stream of an operation, before it is settled. */
export interface OpenStream {
  readonly payloads: AsyncIterable<string>;
  /** Releases the client's slot for the open connection; undefined if the stream holds none. */
  readonly releaseSocket?: (() => void) | undefined;
}

/**
 * Subscribes to the events of an operation.
 * @throws RequestRefusal if the caller has too many open connections
 */
export async function openEvents(
  checked: Checked,
  spending: Spending | undefined,
  { executor, openSockets }: { readonly executor: Executor; readonly openSockets: OpenSockets },
): Promise<OpenStream> {
  const { address, caller, cancellation, holdsConnection } = checked;
  const releaseSocket = holdsConnection ? openSockets.open(address, caller.identity) : undefined;
  try {
    const events = await executor.subscribe(checked, cancellation.signal);
    return { payloads: meterEvents(events, spending, () => cancellation.isCancelled), releaseSocket };
  } catch (error) {
    releaseSocket?.();
    throw error;
  }
}

/** Starts an operation whose response comes in parts. Waits for admission. */
export async function openParts(
  checked: Checked,
  spending: Spending | undefined,
  {
    executor,
    admission,
    expectedLength,
  }: { readonly executor: Executor; readonly admission: Admission; readonly expectedLength: number },
): Promise<OpenStream> {
  const { cancellation, explanation } = checked;
  let spent = 0;
  const onCost = (cost: number): void => {
    spent += cost;
  };
  const parts = await admission.run(expectedLength, cancellation, () =>
    executor.deliver(checked, cancellation.signal, onCost),
  );
  return { payloads: extendParts(parts, { spending, spent: () => spent, explanation }) };
}

/** Passes payloads on, and calls `onEnd` when the stream ends or fails. The last payload of a stream that fails is its failure; defects are logged. */
export async function* endStream(
  payloads: AsyncIterable<string>,
  form: Streaming['form'],
  toErrors: (error: unknown) => Responded['errors'],
  onEnd: (errors: Responded['errors']) => void,
): AsyncGenerator<StreamPayload> {
  let errors: Responded['errors'] = [];
  try {
    yield* payloads;
  } catch (error) {
    errors = toErrors(error);
    const end = form === 'parts' ? ',"hasNext":false' : '';
    yield { errors, text: `{"errors":${JSON.stringify(errors)}${end}}` };
  } finally {
    onEnd(errors);
  }
}
