import { expect, test } from '@jest/globals';
import { Attacker, eachOf } from './attack.ts';
import { startTestGraph } from './graph.ts';
import { faultOf } from './hostile-faults.ts';
import { findTargets } from './hostile-scene.ts';
import { readLedger, requireSameRecords } from './ledger.ts';

/** Sent as an administrator. `hostile.test.ts` sends one value to each field. */
test('each scalar of each field survives hostile values of its type, each list ten thousand elements', async () => {
  const graph = await startTestGraph({ snapshotMs: 100 });
  try {
    const attacker = new Attacker(graph);
    const targets = await findTargets(graph, attacker.versionOf);
    const before = await readLedger(graph);
    let sent = 0;
    const faults: string[] = [];
    await eachOf(targets, 8, async (target) => {
      for (const attack of target.attacks) {
        faults.push(...faultOf(await attacker.send(target, attack)));
        sent++;
      }
    });
    expect(faults).toEqual([]);
    expect(sent).toBeGreaterThan(2_500);
    await graph.settle();
    requireSameRecords(before, await readLedger(graph));
  } finally {
    await graph.close();
  }
}, 300_000);
