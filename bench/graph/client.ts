import { createGraphClient, type GraphClient } from '../../client/graph-client.ts';
import { createSession, type Session } from '../../client/session.ts';
import { type DemoAccount, demoCredentials } from '../../demo/accounts.ts';

/** A client that is signed in with a demo account, and its session, for load generators. A refused operation ends the bench. */
export function openDemoClient(url: string, account: DemoAccount): { client: GraphClient; session: Session } {
  const session = createSession(createGraphClient({ url, attempts: 1 }).send, demoCredentials(account));
  return { client: createGraphClient({ url, session, attempts: 1 }), session };
}
