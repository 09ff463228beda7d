import { OperationTypeNode } from 'graphql';
import { unsignedEdge } from '../access/signatures/refusals.ts';
import type { Signatures } from '../access/signatures/signatures.ts';
import { rootFields } from './repeatable.ts';
import type { Checked } from './stages.ts';

/**
 * Verifies the signature of a mutation tagged `signed`, if the API key of the request asks for signatures.
 * @throws RequestRefusal SIGNATURE_REQUIRED, SIGNATURE_INVALID, SERVICE_UNAVAILABLE
 */
export async function requireSignature(checked: Checked, signatures: Signatures): Promise<void> {
  const { caller, operation, document, generation, message } = checked;
  if (!caller.signatureKey || operation.operation !== OperationTypeNode.MUTATION) return;
  const signed = generation.signedFields.get(OperationTypeNode.MUTATION);
  const mutation = rootFields(operation.selectionSet, document).find(({ name }) => signed?.has(name.value));
  if (!mutation) return;
  if (!message) throw unsignedEdge(mutation.name.value);
  await signatures.verify(message, caller.signatureKey, mutation.name.value);
}
