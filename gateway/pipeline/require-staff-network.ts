import { type FieldNode, valueFromASTUntyped } from 'graphql';
import { inRanges } from '#shared/identity/address-ranges.ts';
import { type Identity, isStaff } from '#shared/identity/identity.ts';
import { findFieldOfOthers } from '../access/documents/find-field-of-others.ts';
import { findTaggedField } from '../access/documents/find-tagged-field.ts';
import type { TaggedInput } from '../access/documents/tagged-inputs.ts';
import type { Variables } from '../engine/engine.ts';
import { RequestRefusal } from '../errors/request-refusal.ts';
import type { Generation } from '../supergraph/generation.ts';
import { givenVariables, rootFields } from './repeatable.ts';
import type { Checked } from './stages.ts';

interface Guarded extends Pick<Checked, 'document' | 'operation' | 'variables' | 'address'> {
  readonly caller: Pick<Checked['caller'], 'identity'>;
  readonly generation: Pick<
    Generation,
    'documents' | 'staffNetworkElements' | 'staffNetworkForOthers' | 'staffNetworkInputs'
  >;
}

/** Refuses an operation before it runs, also as a dry run. @throws RequestRefusal NETWORK_NOT_ALLOWED */
export type RequireStaffNetwork = (guarded: Guarded) => void;

/**
 * Makes the stage that refuses fields tagged `staff-network`, at any depth, to staff whose request comes from elsewhere. Where a field of an input
 * has this tag, they may name their own account only, and what is tagged `staff-network-for-others` they may read of it only. Other accounts, such
 * as partners with keys of their own, may use them from everywhere.
 * @param ranges addresses and CIDR ranges; none: staff may use every network
 */
export function createStaffNetworkStage(ranges: readonly string[]): RequireStaffNetwork {
  if (ranges.length === 0) return () => {};
  const isStaffNetwork = inRanges(ranges);
  return ({ caller: { identity }, address, document, operation, variables, generation }) => {
    if (!isStaff(identity) || isStaffNetwork(address)) return;
    const { schema } = generation.documents;
    const field =
      findTaggedField(operation, document, schema, generation.staffNetworkElements) ??
      findFieldOfOthers(operation, document, schema, generation.staffNetworkForOthers) ??
      findNamingAnother({ document, operation, variables, generation }, identity);
    if (!field) return;
    throw new RequestRefusal(
      'NETWORK_NOT_ALLOWED',
      `Staff may not use ${field.name.value} from your network. Send the request from a network of the company.`,
    );
  };
}

function findNamingAnother(
  { document, operation, variables, generation }: Omit<Guarded, 'caller' | 'address'>,
  identity: Identity,
): FieldNode | undefined {
  if (operation.operation !== 'mutation') return undefined;
  const given = givenVariables(operation, variables);
  return rootFields(operation.selectionSet, document).find((node) =>
    namesAnother(node, generation.staffNetworkInputs.get(node.name.value) ?? [], given, identity),
  );
}

/** Whether one of the tagged fields of the inputs has the id of another account than that of the caller. */
function namesAnother(
  { arguments: args = [] }: FieldNode,
  tagged: readonly TaggedInput[],
  variables: Variables,
  identity: Identity,
): boolean {
  const ownId = identity.kind === 'account' ? identity.accountId : undefined;
  return tagged.some(({ argument, field }) => {
    const node = args.find(({ name }) => name.value === argument)?.value;
    const input: unknown = node && valueFromASTUntyped(node, variables);
    if (typeof input !== 'object' || input === null) return false;
    const value: unknown = Reflect.get(input, field);
    return value != null && value !== ownId;
  });
}
