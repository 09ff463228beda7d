import type { Log } from '#shared/runtime/log.ts';
import type { GatewayConfig } from '../../config.ts';
import { Budgets, type BudgetsOptions } from './budgets.ts';
import { JoinedWithdrawals } from './joined-withdrawals.ts';
import { MemoryStore } from './memory-store.ts';
import { openRedisBudgets } from './redis-budgets.ts';
import { MemorySlots } from './slots.ts';

export interface OpenBudgets {
  /** Undefined if operations cost nothing. */
  readonly budgets: Budgets | undefined;
  close(): Promise<void>;
}

/** Opens the budgets of callers: in Redis for all gateways if its URL is set, otherwise in this process. */
export function openBudgets(
  { budgetMode: mode, redisUrl }: Pick<GatewayConfig, 'budgetMode' | 'redisUrl'>,
  log: Log,
  onExceeded: BudgetsOptions['onExceeded'],
): OpenBudgets {
  if (mode === undefined) return { budgets: undefined, close: async () => {} };
  if (redisUrl === undefined) {
    const own = { store: new MemoryStore(), slots: new MemorySlots() };
    return { budgets: new Budgets({ mode, ...own, onExceeded }), close: async () => {} };
  }
  const { store, slots, close } = openRedisBudgets(redisUrl, log);
  return { budgets: new Budgets({ mode, store, payments: new JoinedWithdrawals(store), slots, onExceeded }), close };
}
