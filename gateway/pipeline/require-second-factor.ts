import { enrolmentRequired, isSteppedUp, mustEnrol, stepUpRequired } from '#shared/identity/step-up.ts';
import type { Generation } from '../supergraph/generation.ts';
import { rootFields } from './repeatable.ts';
import type { Checked } from './stages.ts';

interface Guarded extends Pick<Checked, 'document' | 'operation'> {
  readonly caller: Pick<Checked['caller'], 'identity'>;
  readonly generation: Pick<Generation, 'stepUpFields' | 'enrolmentFields'>;
}

/**
 * Refuses an operation before it runs, also as a dry run: one with a field tagged `step-up` of a caller without a recent code, and
 * one of a caller who must enrol a second factor first. Subgraphs have the same rules.
 * @throws GraphError STEP_UP_REQUIRED, SECOND_FACTOR_REQUIRED
 */
export function requireSecondFactor({ caller, document, operation, generation }: Guarded, now = Date.now()): void {
  const isEnrolling = mustEnrol(caller.identity);
  if (!isEnrolling && isSteppedUp(caller.identity, now)) return;
  const { stepUpFields, enrolmentFields } = generation;
  const tagged = (isEnrolling ? enrolmentFields : stepUpFields).get(operation.operation) ?? new Set();
  const names = rootFields(operation.selectionSet, document).map(({ name }) => name.value);
  if (!isEnrolling && names.some((name) => tagged.has(name))) throw stepUpRequired();
  if (isEnrolling && names.some((name) => !tagged.has(name) && !name.startsWith('__'))) throw enrolmentRequired();
}
