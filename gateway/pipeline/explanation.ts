import type { QueryPlan } from '@apollo/query-planner';
import { parse, print } from 'graphql';
import { z } from 'zod';
import { explainHeader } from '#shared/runtime/explain.ts';
import { planText } from '../engine/planning/plan-text.ts';
import { type RequestScope, SubgraphFailure, type SubgraphRequest, type SubgraphResult } from '../engine/ports.ts';

/** One request to a subgraph, as the client sees it. Variables are left out because they hold personal data. */
interface ExplainedFetch {
  readonly subgraph: string;
  readonly query: string;
  /** Time from the fetch to the subgraph's response, queue and retries included; null if the fetch had not ended. */
  ms: number | null;
  /** Code of the failure, if the fetch failed. */
  error?: string;
  sql?: readonly ExplainedStatement[];
}

const statementsSchema = z.array(z.object({ text: z.string(), ms: z.number(), rows: z.number().nullable() }));
type ExplainedStatement = z.infer<typeof statementsSchema>[number];

/** Collects what the gateway did for one request: its plan, and its requests to subgraphs. */
export class Explanation {
  readonly #parts: { readonly plan: boolean; readonly sql: boolean };
  readonly #fetches: ExplainedFetch[] = [];
  #plan: QueryPlan | undefined;

  constructor(parts: { readonly plan: boolean; readonly sql: boolean }) {
    this.#parts = parts;
  }

  setPlan(plan: QueryPlan): void {
    this.#plan = plan;
  }

  /** Makes the scope of a request whose fetches are recorded and shared with no other request. */
  observe(scope: RequestScope): RequestScope {
    return {
      ...scope,
      identityKey: `${scope.identityKey}\nexplained ${scope.requestId}`,
      headers: this.#parts.sql ? { ...scope.headers, [explainHeader]: 'sql' } : scope.headers,
      onFetch: (request, result) => this.#add(request, result),
    };
  }

  /** Returns the explanation so far, as the value of `extensions`. */
  extensions(): { readonly explain: object } {
    const plan = this.#parts.plan && this.#plan ? planText(this.#plan, withoutSecrets) : undefined;
    return { explain: { ...(plan !== undefined && { plan }), fetches: this.#fetches } };
  }

  #add({ subgraph, body }: SubgraphRequest, result: Promise<SubgraphResult>): void {
    const startedAt = performance.now();
    const fetch: ExplainedFetch = { subgraph, query: queryOf(body), ms: null };
    this.#fetches.push(fetch);
    const end = () => {
      fetch.ms = Math.round((performance.now() - startedAt) * 100) / 100;
    };
    result.then(
      ({ extensions }) => {
        end();
        if (this.#parts.sql) fetch.sql = statementsSchema.safeParse(extensions?.['sql']).data ?? [];
      },
      (error: unknown) => {
        end();
        fetch.error = error instanceof SubgraphFailure ? error.code : 'INTERNAL_SERVER_ERROR';
      },
    );
  }
}

function queryOf(body: string): string {
  const { query } = z.object({ query: z.string() }).parse(JSON.parse(body));
  return withoutSecrets(print(parse(query)));
}

/** Literal values of fields and arguments with names such as `password` or `refreshToken`. */
const secrets = /(\w*(?:password|secret|token|apikey)\w*\s*:\s*)(?:"""[\s\S]*?"""|"(?:[^"\\]|\\.)*")/gi;

export function withoutSecrets(text: string): string {
  return text.replaceAll(secrets, '$1"[hidden]"');
}
