/** A release that is killed: claims the sets of a folder, notes its progress, and waits. */
import { claimSets } from '../sets-claim.ts';

const claim = await claimSets(process.argv[2] ?? '');
await claim.note({ version: '1.2.0', phase: 'promoting' });
process.send?.('claimed');
setInterval(() => undefined, 60_000);
