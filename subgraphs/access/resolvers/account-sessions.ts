import { fieldsOf } from '#shared/graphql/columns.ts';
import { sessionOf } from '#shared/identity/identity.ts';
import { mapNodes, type PageArguments } from '#shared/pages/connection.ts';
import type { AccessContext, AccountNode, SessionNode } from '../context.ts';
import { expiryOf } from '../domain/refresh-token.ts';
import { seesSignIn } from '../domain/visibility.ts';

const accountField = fieldsOf<AccountNode, AccessContext>();

export const accountSessions = {
  sessions: accountField(
    ['id', 'seenAs'],
    async ({ id, seenAs }, page: PageArguments, { identity, loadersOf }: AccessContext) => {
      const seer = seenAs ?? identity;
      if (!seesSignIn(seer, id)) return null;
      return mapNodes(await loadersOf(seer).sessions(id, page), (session) => ({ ...session, seer }));
    },
  ),
};

const sessionField = fieldsOf<SessionNode, AccessContext>();

export const Session = {
  lastUsedAt: sessionField(['refreshedAt'], ({ refreshedAt }) => refreshedAt),
  expiresAt: sessionField(['createdAt', 'refreshedAt'], expiryOf),
  isCurrent: sessionField(['id', 'seer'], ({ id, seer }) => seer.kind === 'account' && sessionOf(seer)?.id === id),
};
