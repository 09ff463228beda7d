import { expect } from '@jest/globals';
import { OperationTypeNode } from 'graphql';
import { createGraphClient } from '../../client/graph-client.ts';
import { type Account, createSession } from '../../client/session.ts';
import { type ClientDocument, clientDocument } from '../../gateway/testing/client-documents.ts';
import type { TestGraph } from './graph.ts';
import { type Watch, watch } from './watch.ts';

export interface Payload {
  readonly userErrors: readonly { readonly code: string; readonly message: string }[];
}

/** A person or a program that sends the documents of our clients, and nothing else. An error of the graph fails the test. */
export interface User {
  read<T>(document: string, variables?: object): Promise<T>;
  /** Runs a mutation once, and returns its payload. */
  tryTo<T>(document: string, input: object): Promise<T & Payload>;
  /** Runs a mutation that must not be refused, and waits until the events that follow have been handled. */
  run<T>(document: string, input: object): Promise<T>;
  watch<T>(document: string, variables: Record<string, unknown>): Promise<Watch<T>>;
}

export interface Users {
  /** @param calls gets the name of each document that the user sends */
  signIn(account: Account, calls?: string[]): User;
  /** Ends all subscriptions. */
  close(): Promise<void>;
}

export function createUsers(graph: TestGraph): Users {
  const watches: Watch<unknown>[] = [];
  // A test checks each refusal itself, and has its own time limit.
  const options = { url: graph.url, attempts: 1, timeoutMs: 600_000 };

  function signIn(account: Account, calls: string[] = []): User {
    const session = createSession(createGraphClient(options).send, account);
    const client = createGraphClient({ ...options, session });

    async function send<T>({ name, text }: ClientDocument, variables: object): Promise<T> {
      calls.push(name);
      const { data, errors } = await client.send<T>({ query: text, variables });
      expect({ name, errors }).toEqual({ name, errors: [] });
      return data!;
    }
    async function tryTo<T>(name: string, input: object): Promise<T & Payload> {
      const data = await send<Record<string, T & Payload>>(documentOf(name, OperationTypeNode.MUTATION), { input });
      return Object.values(data)[0]!;
    }
    return {
      read: (name, variables = {}) => send(documentOf(name, OperationTypeNode.QUERY), variables),
      tryTo,
      async run<T>(name: string, input: object) {
        const payload = await tryTo<T>(name, input);
        expect({ name, refused: payload.userErrors }).toEqual({ name, refused: [] });
        return payload;
      },
      async watch<T>(name: string, variables: Record<string, unknown>) {
        const { text } = documentOf(name, OperationTypeNode.SUBSCRIPTION);
        calls.push(name);
        const opened = watch<T>(graph.url, await session.accessToken(), text, variables);
        watches.push(opened as Watch<unknown>);
        return opened;
      },
    };
  }

  return {
    signIn,
    async close() {
      for (const open of watches) await open.close();
    },
  };
}

function documentOf(name: string, kind: OperationTypeNode): ClientDocument {
  const document = clientDocument(name);
  expect({ name, kind: document.operation.operation }).toEqual({ name, kind });
  return document;
}
