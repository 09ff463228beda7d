import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Services } from '#shared/graphql/context.ts';
import type { TextSealer } from '#shared/identity/sealed-text.ts';
import { findByEmail } from '../../../subgraphs/access/store/accounts.ts';
import { placeOf } from '../../../subgraphs/access/store/second-factors.ts';
import { demoFactorSecret, demoStaff } from '../../second-factor.ts';

/** Gives the demo accounts of staff second factors whose codes `npm run -s demo -- code EMAIL` prints. Existing factors stay as they are. */
export async function writeDemoFactors(
  { database, clock }: Pick<Services, 'database' | 'clock'>,
  sealer: TextSealer,
  installationSecret: string,
): Promise<void> {
  const em = database.fork();
  for (const email of demoStaff) {
    const account = await findByEmail(em, email);
    if (!account) continue;
    const sealed = sealer.seal(demoFactorSecret(email, installationSecret), placeOf(account.id));
    await query(
      em,
      sql`insert into second_factor (account_id, secret, created_at, confirmed_at)
        values (${account.id}, ${sealed}, ${clock()}, ${clock()}) on conflict (account_id) do nothing`,
    );
  }
}
