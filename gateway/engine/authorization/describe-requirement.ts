import type { Requirement } from './requirements.ts';

/** Says what a field requires of its caller, as one sentence. */
export function describeRequirement(requirement: Requirement): string {
  if (requirement.kind === 'authenticated') return 'Requires a signed-in account.';
  const alternatives = requirement.anyOf.map((names) => names.join(' and '));
  const what = requirement.kind === 'scopes' ? 'the scope' : 'the policy';
  return `Requires ${what} ${alternatives.join(', or ')}.`;
}
