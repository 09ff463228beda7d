import { readFileSync } from 'node:fs';
import type { Variation } from './load.ts';

export interface Workload {
  name: string;
  title: string;
  variation: Variation;
  /** JSON body with `__N__` where the number of the request goes. */
  template: string;
  forFloors: boolean;
}

const operation = (name: string): string =>
  readFileSync(new URL(`../operations/${name}.graphql`, import.meta.url), 'utf8');

const nested = operation('nested');
const nestedBody = JSON.stringify({ query: nested, operationName: 'TestQuery', variables: { first: '__N__' } });
const nestedTemplate = nestedBody.replace('"__N__"', '__N__');

export const workloads: readonly Workload[] = [
  {
    name: 'distinct',
    title: 'nested query, every request with its own token and variables',
    variation: 'distinct',
    template: nestedTemplate,
    forFloors: true,
  },
  {
    name: 'unrepeated',
    title: 'nested query, distinct, and no two responses of a subgraph alike',
    variation: 'unrepeated',
    template: nestedTemplate,
    forFloors: true,
  },
  {
    name: 'same',
    title: 'nested query, identical requests',
    variation: 'same',
    template: nestedTemplate,
    forFloors: true,
  },
  {
    name: 'small',
    title: 'small query (one fetch), every request with its own token',
    variation: 'distinct',
    template: JSON.stringify({ query: operation('small') }),
    forFloors: false,
  },
  {
    name: 'new',
    title: 'nested query, every request a new text (parse, validate, plan)',
    variation: 'distinct',
    template: nestedTemplate.replace('  users {', '  users__N__: users {'),
    forFloors: false,
  },
];

/** The body of request number `n`. */
export function bodyOf(workload: Workload, n: number): string {
  return workload.template.replaceAll('__N__', String(n));
}
