import type { ServerResponse } from 'node:http';
import { Cancellation } from '../../pipeline/cancellation.ts';

/** Makes the cancellation of a request: its client cancels it by closing the connection before the response is complete. */
export function cancelOnDisconnect(response: ServerResponse): Cancellation {
  const cancellation = new Cancellation();
  response.once('close', () => {
    if (!response.writableFinished) cancellation.cancel();
  });
  return cancellation;
}
