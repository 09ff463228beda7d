import { inRanges } from '#shared/identity/address-ranges.ts';
import { isStaff } from '#shared/identity/identity.ts';
import { RequestRefusal } from '../errors/request-refusal.ts';
import type { Generation } from '../supergraph/generation.ts';
import { rootFields } from './repeatable.ts';
import type { Checked } from './stages.ts';

interface Guarded extends Pick<Checked, 'document' | 'operation' | 'address'> {
  readonly caller: Pick<Checked['caller'], 'identity'>;
  readonly generation: Pick<Generation, 'staffNetworkFields'>;
}

/** Refuses an operation before it runs, also as a dry run. @throws RequestRefusal NETWORK_NOT_ALLOWED */
export type RequireStaffNetwork = (guarded: Guarded) => void;

/**
 * Makes the stage that refuses fields tagged `staff-network` to staff whose request comes from elsewhere. Other accounts, such as partners
 * with keys of their own, may use them from everywhere.
 * @param ranges addresses and CIDR ranges; none: staff may use every network
 */
export function createStaffNetworkStage(ranges: readonly string[]): RequireStaffNetwork {
  if (ranges.length === 0) return () => {};
  const isStaffNetwork = inRanges(ranges);
  return ({ caller, address, document, operation, generation }) => {
    if (!isStaff(caller.identity) || isStaffNetwork(address)) return;
    const tagged = generation.staffNetworkFields.get(operation.operation);
    const field = rootFields(operation.selectionSet, document).find(({ name }) => tagged?.has(name.value));
    if (!field) return;
    throw new RequestRefusal(
      'NETWORK_NOT_ALLOWED',
      `Staff may not use ${field.name.value} from your network. Send the request from a network of the company.`,
    );
  };
}
